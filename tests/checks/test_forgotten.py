"""Rows of people who were forgotten are dropped by validate, counted, and kept nowhere, also not in the quarantine."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.checks.forgotten import fields_of, is_refused_row_of, words
from flows.checks.tombstones import Tombstones, read_tombstones, write_tombstones
from flows.errors import StorageError
from flows.lake import Lake
from flows.land import land
from flows.quarantine import refused_rows
from flows.receipts import Validated
from flows.settings import Settings, load_settings
from flows.validate import validate

NOW = datetime(2026, 1, 1, tzinfo=UTC)
EVENT = {"event_id": "e", "event_type": "page_view", "event_timestamp": "2025-11-01T10:00:00Z"}


def stones(*users: str, devices: tuple[str, ...] = ()) -> Tombstones:
    made = Tombstones("salt")
    for user in users:
        made = made.with_person(made.of_user(user), map(made.of_device, devices), NOW)
    return made


def validated(settings: Settings, folder: Path, tombstones: Tombstones | None, *lines: str) -> Validated:
    if tombstones:
        write_tombstones(Lake(settings.lake_folder), tombstones)
    (folder / "e.jsonl").write_text("".join(f"{line}\n" for line in lines))
    return validate(land([folder / "e.jsonl"], settings), settings)


def event(number: int, **more: Any) -> str:
    return json.dumps({**EVENT, "event_id": f"e{number}", **more})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "home", max_refused_share=1.0)


def test_rows_of_the_user_and_of_the_device_while_nobody_was_signed_in_are_dropped(
    settings: Settings, tmp_path: Path
) -> None:
    told = validated(
        *(settings, tmp_path, stones("gone", devices=("phone",))),
        *(event(1, user_id="gone"), event(1, user_id="gone"), event(2, anonymous_id="phone")),
        *(event(3, user_id="stays", anonymous_id="phone"), event(4, user_id="stays"), event(5, anonymous_id="other")),
        *(event(6, user_id="gone", country="nowhere"), event(7, user_id="stays", country="nowhere")),
        *('{"user_id": "gone", ', '{"anonymous_id": "other", '),
    )
    (count,) = told.counts
    assert (count.rows_read, count.accepted, count.quarantined, count.duplicates, count.erased) == (10, 3, 2, 1, 4)
    (file,) = Lake(settings.lake_folder).accepted_files("events", told.batch.batch_id)
    assert duckdb.sql(f"select event_id from '{file}' order by all").fetchall() == [("e3",), ("e4",), ("e5",)]
    assert [row.line for row in refused_rows(Lake(settings.lake_folder))] == [8, 10]
    assert not [path for path in settings.lake_folder.rglob("*") if path.is_file() and b'"gone"' in path.read_bytes()]


def test_a_batch_is_the_same_without_tombstones_and_with_those_of_people_who_are_not_in_it(
    settings: Settings, tmp_path: Path
) -> None:
    lines = event(1, user_id="u1"), event(2, anonymous_id="a1"), event(3)
    plain = validated(load_settings(home=tmp_path / "plain", max_refused_share=1.0), tmp_path, None, *lines)
    assert validated(settings, tmp_path, stones("u2", devices=("a2",)), *lines).counts == plain.counts


def test_tombstones_that_cannot_be_read_stop_a_run(settings: Settings, tmp_path: Path) -> None:
    write_tombstones(Lake(settings.lake_folder), stones("gone"))
    assert Lake(settings.lake_folder).tombstones.stat().st_mode & 0o777 == 0o600
    assert read_tombstones(Lake(settings.lake_folder)) == stones("gone")
    Lake(settings.lake_folder).tombstones.write_text("{")
    with pytest.raises(StorageError, match="people who were forgotten could come back"):
        validated(settings, tmp_path, None, event(1, user_id="gone"))


IDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(str.strip)


@given(user=IDS, other=IDS)
def test_a_refused_row_is_found_by_its_fields_however_they_are_written(user: str, other: str) -> None:
    for text in (json.dumps({"user_id": user}), json.dumps({"user_id": user}, ensure_ascii=False)):
        assert is_refused_row_of(stones(user), fields_of("jsonl", text), text) == "fields"
        found = is_refused_row_of(stones(other), fields_of("jsonl", text), text)
        assert (found is not None) == (other in {user, user.strip()})


@given(user=st.from_regex(r"[\w.@:/=+-]+", fullmatch=True), text=st.text(max_size=20))
def test_in_a_line_that_is_no_row_an_id_is_found_as_a_word(user: str, text: str) -> None:
    for line in (f'{text}"user_id": "{user}", ', f"{text},{user},{text}", f"{text} {user} {text}"):
        assert user in words(line)
        assert is_refused_row_of(stones(user), None, line) == "words"

"""A person's refused rows, whatever the format that they came in; and the proof, which reads them in its own way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.checks.workshop import workshop
from flows.erasure import refused_texts
from flows.erasure.erase import erase, find
from flows.erasure.person import Person
from flows.lake import Lake
from flows.land import land
from flows.load import load
from flows.quarantine import refused_rows
from flows.settings import Settings, load_settings
from flows.validate import validate

COLUMNS = ("event_id", "event_type", "event_timestamp", "user_id", "anonymous_id", "country", "page_url")
FULL = {"user_id": "user-4711", "anonymous_id": "phone-1", "page_url": "/a"}
ROWS = {
    "full": FULL,
    "with nulls": {"user_id": "user-4711"},
    "with commas": {**FULL, "page_url": '/a,b,"c"'},
    "by the device": {"anonymous_id": "phone-1"},
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "home", max_refused_share=1.0)


def taken(settings: Settings, path: Path, *rows: dict[str, Any]) -> None:
    """A batch of one file, of which every row is refused for its country."""
    events = [
        {"event_id": f"e{n}", "event_type": "page_view", "event_timestamp": "2025-11-01T10:00:00Z"}
        | {"country": "nowhere", **row}
        for n, row in enumerate(rows)
    ]
    lines = path.with_suffix(".made")
    lines.write_text("".join(json.dumps({name: row.get(name) for name in COLUMNS}) + "\n" for row in events))
    if path.suffix == ".jsonl":
        lines.rename(path)
    else:
        kind = "format parquet" if path.suffix == ".parquet" else "format csv, header true"
        columns = "{" + ", ".join(f"{name}: 'VARCHAR'" for name in COLUMNS) + "}"
        source = f"read_json('{lines}', format = 'newline_delimited', columns = {columns})"
        duckdb.sql(f"copy (from {source}) to '{path}' ({kind})")
    load(validate(land([path], settings), settings), settings)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl"])
@pytest.mark.parametrize("row", ROWS)
def test_a_refused_row_is_found_in_every_format_and_nobody_elses(
    row: str, suffix: str, settings: Settings, tmp_path: Path
) -> None:
    other = {"user_id": "user-0815", "page_url": "/who/user-4711"}
    taken(settings, tmp_path / f"a.{suffix}", {"user_id": "user-4711", "anonymous_id": "phone-1"}, ROWS[row], other)
    person = find(settings, "user-4711")
    assert person.devices == {"phone-1"}
    assert texts(settings, person) == 2
    erased = erase(settings, person)
    assert (erased.rows_in("quarantine"), erased.matched) == (2, {"fields": 2})
    assert len(list(refused_rows(Lake(settings.lake_folder)))) == 1
    assert texts(settings, person) == 0, "the row of another who names the person stays"


@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl"])
def test_the_proof_finds_what_the_finder_reads_wrongly(
    suffix: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken(settings, tmp_path / f"a.{suffix}", *ROWS.values())
    with monkeypatch.context() as patch:
        patch.setattr("flows.erasure.refused_rows.fields_of", lambda *given: {"user_id": "somebody"})
        erase_nothing = find(settings, "user-4711")
        assert erase_nothing.devices == frozenset()
        assert texts(settings, erase_nothing) == 3


def test_a_device_is_found_whose_id_is_a_number(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    row = {"event_id": "e", "event_type": "page_view", "event_timestamp": "2025-11-01T10:00:00Z", "country": "nowhere"}
    path.write_text(json.dumps({**row, "user_id": "user-4711", "anonymous_id": 815}) + "\n")
    load(validate(land([path], settings), settings), settings)
    assert find(settings, "user-4711").devices == {"815"}


def texts(settings: Settings, person: Person) -> int:
    with workshop(settings, Lake(settings.lake_folder).staging) as shop:
        return refused_texts.count(shop, Lake(settings.lake_folder), person)

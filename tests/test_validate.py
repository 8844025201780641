"""What becomes of a batch whose files are not those that were landed, and of one that was validated before."""

from __future__ import annotations

import json
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.errors import SourceError
from flows.land import land
from flows.load import load
from flows.receipts import Loaded, Validated
from flows.settings import Settings, load_settings
from flows.sources.stamp import CHANGED
from flows.story import Story
from flows.validate import validate
from flows.warehouse import open_warehouse


def events(path: Path, *ids: str) -> Path:
    row = {"event_type": "page_view", "event_timestamp": "2025-11-01T10:00:00Z", "user_id": "u1"}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps({"event_id": id, **row}) + "\n" for id in ids))
    return path


def taken(settings: Settings, *paths: Path) -> tuple[Validated, Loaded]:
    validated = validate(land(paths, settings), settings)
    return validated, load(validated, settings)


def loaded(settings: Settings) -> list[str]:
    with open_warehouse(settings) as warehouse:
        return [row["event_id"] for row in warehouse.query("select distinct event_id from raw.events order by all")]


def test_a_file_that_cannot_be_read_to_its_end_is_no_part_of_the_batch_and_can_be_loaded_later(
    tmp_path: Path, settings: Settings
) -> None:
    """The accident: the batch kept the id of all its files, so that the file was never loaded once it was whole."""
    lost, kept = events(tmp_path / "lost.jsonl", "lost"), events(tmp_path / "kept.jsonl", "kept")
    batch = land([lost, kept], settings)
    lost.rename(tmp_path / "away")
    validated = validate(batch, settings)
    load(validated, settings)
    assert validated.batch.batch_id == land([kept], settings).batch_id != batch.batch_id
    assert [file.path for file in validated.batch.refused_files] == [str(lost)]
    assert loaded(settings) == ["kept"]

    (tmp_path / "away").rename(lost)
    again, load_again = taken(settings, lost, kept)
    assert (again.batch.batch_id, again.batch.refused_files, load_again.is_new) == (batch.batch_id, (), True)
    assert loaded(settings) == ["kept", "lost"]


def test_a_parquet_file_that_is_damaged_inside_is_no_part_of_the_batch(tmp_path: Path, settings: Settings) -> None:
    kept, damaged = events(tmp_path / "kept.jsonl", "kept"), tmp_path / "damaged.parquet"
    duckdb.sql(
        "select 'p' || i as event_id, 'page_view' as event_type, timestamp '2025-11-01 10:00:00' as event_timestamp, "
        "'u1' as user_id from range(2000) t(i)"
    ).write_parquet(str(damaged))
    content = damaged.read_bytes()
    damaged.write_bytes(content[:4] + bytes(2000) + content[2004:])
    validated, _ = taken(settings, kept, damaged)
    assert validated.batch.batch_id == land([kept], settings).batch_id
    damaged.write_bytes(content)
    taken(settings, kept, damaged)
    assert len(loaded(settings)) == 2001


def test_what_is_left_of_a_batch_is_called_what_it_would_be_called_alone(tmp_path: Path, settings: Settings) -> None:
    kept, lost = events(tmp_path / "monday/a.jsonl", "kept"), events(tmp_path / "tuesday/a.jsonl", "lost")
    batch = land([kept, lost], settings)
    assert [file.name for file in batch.files] == ["monday/a.jsonl", "tuesday/a.jsonl"]
    lost.unlink()
    assert [file.name for file in validate(batch, settings).batch.files] == ["a.jsonl"]
    assert taken(settings, kept)[0].batch.batch_id == land([kept], settings).batch_id


def test_a_file_that_is_replaced_after_landing_is_refused_with_all_that_is_in_it(
    tmp_path: Path, settings: Settings
) -> None:
    """The accident: the new rows were loaded under the id of the old ones, and the old ones were never loaded."""
    kept, other = events(tmp_path / "kept.jsonl", "kept"), events(tmp_path / "other.jsonl", "old")
    batch = land([kept, other], settings)
    events(tmp_path / "new", "new").replace(other)  # of the same size
    validated = validate(batch, settings)
    load(validated, settings)
    assert [(file.path, file.reason) for file in validated.batch.refused_files] == [(str(other), CHANGED)]
    assert loaded(settings) == ["kept"]
    taken(settings, kept, other)
    assert loaded(settings) == ["kept", "new"]


@pytest.mark.parametrize("step", ["open_files", "notes_on"])
@pytest.mark.parametrize("fails", [False, True])
def test_a_file_that_changes_while_it_is_validated_is_refused_and_nothing_of_it_is_in_the_lake(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, step: str, fails: bool
) -> None:
    path = events(tmp_path / "growing.jsonl", "first")
    batch, really = land([path], settings), getattr(import_module("flows.validate"), step)

    def grown(*arguments: Any) -> Any:
        with path.open("a") as more:
            more.write("{}\n")
        if fails:
            raise ValueError("what was read before does not fit what is read now")
        return really(*arguments)

    monkeypatch.setattr(f"flows.validate.{step}", grown)
    with pytest.raises(SourceError, match=rf"^{path} {CHANGED}$"):
        validate(batch, settings)
    assert [found for found in settings.lake_folder.rglob("*") if found.is_file()] == []


@pytest.mark.parametrize("is_bad_first", [False, True])
def test_the_files_that_a_run_refused_are_told_by_that_run_and_by_no_other(
    tmp_path: Path, settings: Settings, is_bad_first: bool
) -> None:
    """The accident: of a batch that was done before, the refused files of its first run were told, and only those."""
    good, bad = events(tmp_path / "good.jsonl", "e1"), tmp_path / "bad.csv"
    bad.write_text("foo;bar\n1;2\n")
    told = []
    for has_bad in (is_bad_first, not is_bad_first):
        story = Story("run", settings)
        batch = land([good, bad] if has_bad else [good], settings)
        story.take(batch)
        story.take(validate(batch, settings))
        story.take(load(story.validated, settings))
        told.append((has_bad, [file.path for file in story.batch.refused_files], story.warnings()))
    assert sorted(told) == [(False, [], []), (True, [str(bad)], ["1 file could not be used"])]
    assert story.is_up_to_date


def test_a_batch_that_was_validated_under_another_time_zone_is_validated_anew(
    tmp_path: Path, settings: Settings
) -> None:
    """The accident: set another zone, fail, set it back: the batch was refused until its manifest was removed."""
    late = tmp_path / "late.jsonl"
    late.write_text(events(late, "e1").read_text().replace("T10:", "T23:"))
    batch = land([late], settings)
    berlin = load_settings(home=settings.home, reporting_timezone="Europe/Berlin")
    assert validate(batch, berlin).event_dates == (date(2025, 11, 2),)
    assert validate(batch, settings).event_dates == (date(2025, 11, 1),)
    taken(settings, late)
    assert loaded(settings) == ["e1"]

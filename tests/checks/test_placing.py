"""A manifest stands for files that are there, after a kill and after a loss of power as well."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from flows.checks.placing import take_away
from flows.lake import Lake
from flows.land import land
from flows.receipts import Batch, Validated
from flows.settings import Settings, load_settings
from flows.validate import validate
from flows.warehouse import open_warehouse


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "home", max_refused_share=1.0)


@pytest.fixture
def batch(tmp_path: Path, own: Settings) -> Batch:
    """An event that passes and one that is refused."""
    row = {"event_id": "e1", "event_type": "page_view", "event_timestamp": "2025-11-01T10:00:00Z", "user_id": "u1"}
    (tmp_path / "a.jsonl").write_text(f"{json.dumps(row)}\n{json.dumps({**row, 'event_type': 'stroll'})}\n")
    return land([tmp_path / "a.jsonl"], own)


@pytest.fixture
def files(own: Settings, batch: Batch) -> dict[str, Path]:
    """Where the batch's files lie in the lake."""
    lake = Lake(own.lake_folder)
    (accepted,) = lake.accepted_files("events", batch.batch_id)
    quarantine, manifest = lake.quarantine("events", batch.batch_id), lake.manifest(batch.batch_id)
    return {"accepted": accepted, "quarantine": quarantine, "manifest": manifest}


@pytest.mark.parametrize("lost", ["accepted", "quarantine"])
def test_a_manifest_that_speaks_of_a_file_that_is_not_there_is_none(
    own: Settings, batch: Batch, files: dict[str, Path], lost: str
) -> None:
    """The accident: every run ended with "accepted, but the lake lacks ..."."""
    first = validate(batch, own)
    files[lost].unlink()
    again = validate(batch, own)
    assert again.counts == first.counts
    assert files[lost].is_file()
    with open_warehouse(own) as warehouse:
        assert warehouse.load(again, Lake(own.lake_folder), own).rows == {"events": 1}


def test_the_manifest_is_the_first_to_go(
    own: Settings, batch: Batch, files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    validate(batch, own)
    gone: list[Path] = []
    monkeypatch.setattr(Path, "unlink", lambda path, missing_ok=False: gone.append(path))
    take_away(Lake(own.lake_folder), batch.batch_id)
    assert gone[:2] == [files["manifest"], files["accepted"]]
    assert files["quarantine"] in gone


def test_all_files_are_on_the_disk_for_good_before_the_manifest_is(
    own: Settings, batch: Batch, files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rename may outlive a loss of power where the renamed file's content does not."""
    really, synced = os.fsync, list[int]()

    def fsync(handle: int) -> None:
        synced.append(os.fstat(handle).st_ino)
        really(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    found = validate(batch, own)
    assert isinstance(found, Validated)
    order = {path: synced.index(path.stat().st_ino) for file in files.values() for path in (file, file.parent)}
    manifest = files.pop("manifest")
    for file in files.values():
        assert order[file] < order[file.parent] < order[manifest] < order[manifest.parent]

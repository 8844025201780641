"""Files that are whole are renamed into their places in the lake; what a batch left there before is taken away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from flows.disk import to_disk
from flows.lake import Lake
from flows.receipts import Validated
from flows.records import RECORDS

Places = tuple[tuple[Path, Path], ...]


@dataclass(frozen=True)
class Draft:
    """A batch that is judged but not yet in the lake: what will be told of it, and its files, each with its place."""

    told: Validated
    accepted: Places
    quarantine: Places


def place(places: Iterable[tuple[Path, Path]]) -> None:
    """Renames each file to its place, making the folder. At the return they are on the disk for good."""
    folders: set[Path] = set()
    for path, target in places:
        target.parent.mkdir(parents=True, exist_ok=True)
        to_disk(path)
        path.replace(target)
        folders.update(target.parents[:3])  # up to the home: they may be new as well
    for folder in folders:
        to_disk(folder)


def take_away(lake: Lake, batch_id: str) -> None:
    """Removes every file of the batch, those of a run that was ended while it placed them, and its manifest first."""
    manifest = lake.manifest(batch_id)
    if manifest.exists():
        manifest.unlink()
        to_disk(manifest.parent)
    for table in RECORDS:
        for path in lake.accepted(table).rglob(f"{batch_id}.parquet"):
            path.unlink()
        lake.quarantine(table, batch_id).unlink(missing_ok=True)
    lake.drop([manifest, *(path for table in RECORDS for path in _places(lake, table, batch_id))])


def _places(lake: Lake, table: str, batch_id: str) -> list[Path]:
    return [*lake.accepted_files(table, batch_id), lake.quarantine(table, batch_id)]

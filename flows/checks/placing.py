"""Files that are whole are renamed into their places in the lake; what a batch left there before is taken away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

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
    """Renames each file to its place, making the folder."""
    for path, target in places:
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)


def take_away(lake: Lake, batch_id: str) -> None:
    """Removes every file of the batch: those of a run that was ended while it placed them."""
    for table in RECORDS:
        for path in lake.accepted(table).rglob(f"{batch_id}.parquet"):
            path.unlink()
        lake.quarantine(table, batch_id).unlink(missing_ok=True)

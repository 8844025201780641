"""Files that are whole are renamed into their places in the lake; what a batch left there before is taken away."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from flows.lake import Lake
from flows.records import RECORDS


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

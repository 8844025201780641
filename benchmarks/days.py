"""One shop of a year, taken apart: its last days one by one, and histories of several lengths that end before them."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from benchmarks.clock import shopflow, timed

LAST_DAY = date(2025, 11, 1)
# Publication is in its stride once a copy has gone out of service: three are kept, so the fourth day finds one.
DAYS_APART = 4


@dataclass(frozen=True)
class Days:
    """The folder of the files, and how to name them; `histories` are the lengths that it was made for."""

    folder: Path
    histories: tuple[int, ...]

    @property
    def last(self) -> Path:
        """Events of the last day, and what users and products became on it."""
        return _day(self.folder, 0)

    def apart(self) -> list[Path]:
        """The days before the last one that come one by one, the earliest first."""
        return [_day(self.folder, before) for before in range(DAYS_APART, 0, -1)]

    def before(self, days: int) -> list[Path]:
        """All that comes before those: events from so many days before the last one on, users and products."""
        parts = [f"events-{part:04}.parquet" for part in self.histories if part <= days]
        return [self.folder / name for name in (*parts, "users.parquet", "products.parquet")]


def split(folder: Path, histories: list[int], events_a_day: int) -> Days:
    """Generate the shop and take it apart, unless that was done; what the generator wrote is removed.

    Each history is longer than DAYS_APART.
    """
    lengths = tuple(sorted(histories))
    days = Days(folder / f"days-{events_a_day}-{'-'.join(map(str, lengths))}", lengths)
    if days.folder.exists():
        return days
    whole, partial = folder / "whole", days.folder.with_suffix(".partial")
    for path in (whole, partial):
        shutil.rmtree(path, ignore_errors=True)
    count, start = lengths[-1] + 1, LAST_DAY - timedelta(days=lengths[-1])
    size = ["--events", str(count * events_a_day), "--days", str(count), "--start", str(start)]
    timed(shopflow("generate", *size, "--out", whole), log=folder / "generate.log")
    partial.mkdir()
    end = first_apart = LAST_DAY - timedelta(days=DAYS_APART)
    for length in lengths:
        first = LAST_DAY - timedelta(days=length) if length < lengths[-1] else date.min
        _copy(whole, "events", first, end, partial / f"events-{length:04}.parquet")
        end = first
    for table in ("users", "products"):
        _copy(whole, table, date.min, first_apart, partial / f"{table}.parquet")
    for before in range(DAYS_APART, -1, -1):
        day = _day(partial, before)
        day.mkdir()
        next_day = LAST_DAY - timedelta(days=before - 1) if before else date.max
        for table in ("events", "users", "products"):
            _copy(whole, table, LAST_DAY - timedelta(days=before), next_day, day / f"{table}.parquet")
    shutil.rmtree(whole)
    partial.rename(days.folder)
    return days


def _day(folder: Path, before: int) -> Path:
    return folder / f"day-{LAST_DAY - timedelta(days=before)}"


def _copy(whole: Path, table: str, first: date, end: date, to: Path) -> None:
    instant = "event_timestamp" if table == "events" else "updated_at"
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(
            f"copy (from read_parquet('{whole}/{table}*.parquet') where {instant} >= ? and {instant} < ?) to '{to}'",
            [first, end],
        )


if __name__ == "__main__":
    to, number, *lengths = sys.argv[1:]
    split(Path(to), [int(length) for length in lengths], int(number))

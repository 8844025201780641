"""One shop of a year, taken apart: its last day, and histories of several lengths that end on the day before."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from benchmarks.clock import shopflow, timed

LAST_DAY = date(2025, 11, 1)


@dataclass(frozen=True)
class Days:
    """The folder of the last day's files, and how to name those of the days before it."""

    folder: Path
    histories: tuple[int, ...]

    @property
    def last(self) -> Path:
        """Events of the last day, and what users and products became on it."""
        return self.folder / "last"

    def before(self, days: int) -> list[Path]:
        """Events of so many days before the last one, and users and products as they had come to be by then."""
        parts = [f"events-{part:04}.parquet" for part in self.histories if part <= days]
        return [self.folder / name for name in (*parts, "users.parquet", "products.parquet")]


def split(folder: Path, histories: list[int], events_a_day: int) -> Days:
    """Generate the shop and take it apart, unless that was done; what the generator wrote is removed."""
    lengths = tuple(sorted(histories))
    days = Days(folder / f"days-{events_a_day}-{'-'.join(map(str, lengths))}", lengths)
    if days.folder.exists():
        return days
    whole, partial = folder / "whole", days.folder.with_suffix(".partial")
    for path in (whole, partial):
        shutil.rmtree(path, ignore_errors=True)
    (partial / "last").mkdir(parents=True)
    count, start = lengths[-1] + 1, LAST_DAY - timedelta(days=lengths[-1])
    timed(shopflow("generate", "--events", str(count * events_a_day), "--days", str(count), "--start", str(start),
                   "--out", whole), log=folder / "generate.log")  # fmt: skip
    end = LAST_DAY
    for length in lengths:
        first = LAST_DAY - timedelta(days=length) if length < lengths[-1] else date.min
        _copy(whole, "events", first, end, partial / f"events-{length:04}.parquet")
        end = first
    _copy(whole, "events", LAST_DAY, date.max, partial / "last" / "events.parquet")
    for table in ("users", "products"):
        _copy(whole, table, date.min, LAST_DAY, partial / f"{table}.parquet")
        _copy(whole, table, LAST_DAY, date.max, partial / "last" / f"{table}.parquet")
    shutil.rmtree(whole)
    partial.rename(days.folder)
    return days


def _copy(whole: Path, table: str, first: date, end: date, to: Path) -> None:
    instant = "event_timestamp" if table == "events" else "updated_at"
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(
            f"copy (from read_parquet('{whole}/{table}*.parquet') where {instant} >= ? and {instant} < ?) to '{to}'",
            [first, end],
        )

"""A backfill's days, some at a time: what is reloaded in one transaction and built in one build."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

# A chunk is what a backfill holds at a time. Its windows reach a month beyond its last day, and those of its neighbour
# reach back: small chunks build much twice (docs/decisions/0009).
EVENTS_PER_CHUNK = 10_000_000


@dataclass(frozen=True)
class Chunk:
    """Some event dates of one backfill, `number` of `of`. `events` is how many the lake had for them at the plan."""

    backfill_id: str
    number: int
    of: int
    event_dates: tuple[date, ...]
    events: int
    is_reloaded: bool = False
    is_built: bool = False

    def __str__(self) -> str:
        return f"chunk {self.number} of {self.of}: {self.event_dates[0]} to {self.event_dates[-1]}"


@dataclass(frozen=True)
class Backfill:
    """A range of dates that is rebuilt from the lake; `is_begun`: it was planned by an earlier run, and goes on."""

    backfill_id: str
    first_date: date
    last_date: date
    chunks: tuple[Chunk, ...]
    is_begun: bool = False


@dataclass(frozen=True)
class Reading:
    """What reloading a chunk would read: `files` of the lake and `bytes` of them; and how many rows raw has now."""

    chunk: Chunk
    files: tuple[str, ...]
    bytes: int
    rows_in_raw: int


@dataclass(frozen=True)
class Reloaded:
    """What reloading a chunk did to `raw.events`: rows that it had and has now, and those of them that are `gone`."""

    chunk: Chunk
    rows_before: int
    rows: int
    gone: int


def chunks_of(backfill_id: str, events: Mapping[date, int], days_per_chunk: int | None = None) -> tuple[Chunk, ...]:
    """The days of `events` (how many each has) in chunks, in order: so many days each, or as many as stay within
    EVENTS_PER_CHUNK together. A day is never divided, however many events it has.

    >>> days = {date(2025, 11, day): 4_000_000 for day in (1, 2, 5)}
    >>> [str(chunk) for chunk in chunks_of("backfill-1", days)]
    ['chunk 1 of 2: 2025-11-01 to 2025-11-02', 'chunk 2 of 2: 2025-11-05 to 2025-11-05']
    """
    parts: list[list[date]] = []
    held = 0
    for day in sorted(events):
        is_full = (
            len(parts[-1]) == days_per_chunk if days_per_chunk and parts else held + events[day] > EVENTS_PER_CHUNK
        )
        if is_full or not parts:
            parts.append([])
            held = 0
        parts[-1].append(day)
        held += events[day]
    return tuple(
        Chunk(backfill_id, number, len(parts), tuple(days), sum(events[day] for day in days))
        for number, days in enumerate(parts, start=1)
    )

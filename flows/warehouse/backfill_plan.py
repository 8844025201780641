"""How a backfill is planned, whatever the warehouse: the days that its ledger knows, as the lake's files have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from flows.chunks import Backfill, chunks_of
from flows.errors import BackfillRefused
from flows.lake import Lake
from flows.warehouse.backfill_files import events_by_day, needed


class Known(Protocol):
    """What a warehouse knows of its days."""

    def unfinished(self) -> Backfill | None:
        """The backfill whose marts were not published yet."""
        ...

    def days(self) -> list[date]:
        """The days that batches brought events of, and those that raw has whatever the ledger says, in order."""
        ...

    def next_id(self) -> str:
        """The name of the next backfill."""
        ...

    def brought(self, days: Sequence[date]) -> Mapping[str, int]:
        """How many events the loaded batches brought that touch these days, in the order of their loading."""
        ...


def plan(known: Known, lake: Lake, first: date | None, last: date | None, days_per_chunk: int | None) -> Backfill:
    """See `Warehouse.plan_backfill`."""
    if begun := known.unfinished():
        if (first or begun.first_date, last or begun.last_date) != (begun.first_date, begun.last_date):
            raise BackfillRefused(
                f"the backfill of {begun.first_date} to {begun.last_date} is not finished: `shopflow backfill` without "
                "a range carries it on, then another one can begin"
            )
        left = [day for chunk in begun.chunks if not chunk.is_reloaded for day in chunk.event_dates]
        with lake.afresh() as fresh:
            needed(fresh, known.brought(left))
        return begun
    there = known.days()
    if not there:
        raise BackfillRefused("there are no events yet: nothing was loaded that could be rebuilt")
    first, last = first or there[0], last or there[-1]
    days = [day for day in there if first <= day <= last]
    if not days:
        raise BackfillRefused(
            f"there are no events from {first} to {last}: those that were loaded are of {there[0]} to {there[-1]}"
        )
    with lake.afresh() as fresh:
        held = events_by_day(fresh, needed(fresh, known.brought(days), ["event_date"]))
    name = known.next_id()
    return Backfill(name, first, last, chunks_of(name, {day: held.get(day, 0) for day in days}, days_per_chunk))

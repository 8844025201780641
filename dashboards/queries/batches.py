"""What became of the rows of each batch, by the ledger, which is published beside the marts and grows by a row a batch,
never by events. Added up here: a batch's reasons and days are JSON, which each engine reads in a way of its own."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from dashboards.periods import Period
from dashboards.published import Published, rows
from dashboards.queries import cached
from dashboards.queries.behaviour import Range, middle
from dashboards.queries.shop import shop

LATE = (0, 1, 2, 3, 4, 8, 15, 31, 91)
# How long before its day an event may have come: batches that came earlier than that before a period are left unread.
EARLY = timedelta(days=31)


class Batch(NamedTuple):
    """A loaded batch. rows_read = accepted + refused + replayed + duplicates + erased: `refused` wait still, `replayed`
    passed as another batch, whose `is_replay` is set. `days` are days from an event's day to the load, with events of
    the period looked at; `reasons` are those of rows at the load."""

    batch_id: str
    loaded_at: datetime
    files: int
    is_replay: bool
    rows_read: int
    accepted: int
    refused: int
    replayed: int
    duplicates: int
    erased: int
    reasons: dict[str, int]
    days: dict[int, int]


@dataclass(frozen=True)
class Fates:
    """What became of the rows of some batches, each counted once: `read` leaves out those that a replay read again."""

    read: int
    accepted: int
    refused: int
    duplicates: int
    erased: int


@dataclass(frozen=True)
class Told:
    """What a page shows of the batches of a period: how many, the last of them, what became of all of their rows, for
    which reasons some were refused, how many of these passed a replay since, and how late their events came."""

    number: int
    last: tuple[Batch, ...]
    fates: Fates
    reasons: list[tuple[str, int]]
    replayed: int
    lateness: tuple[list[Range], int | None]


@cached
def told(copy: Published, period: Period, last: int) -> Told:
    """The batches of a period, and the `last` so many of them: an hourly shop has thousands in a year, which are read
    once, and not kept."""
    found = batches(copy, period)
    replayed = sum(batch.replayed for batch in found)
    return Told(len(found), tuple(found[:last]), fates(found), reasons(found), replayed, lateness(found))


def batches(copy: Published, period: Period) -> list[Batch]:
    """The loaded batches that have events on days of a period, each whole, the last one first.

    One without any event belongs to the day of its load; to the shop's last day if it came after that.
    """
    about = shop(copy)
    # Lists are what takes long to hand over: an hourly shop has thousands of batches in a year.
    found = rows(
        copy,
        """
        select
            batch_id,
            loaded_at,
            array_length(source_files) as files,
            replay_of is not null as is_replay,
            rows_read,
            accepted,
            quarantined as refused,
            coalesce(replayed, 0) as replayed,
            duplicates,
            coalesce(erased, 0) as erased,
            refused_by_reason,
            coalesce(nullif(events_by_date, ''), '{}') as events_by_date,
            case when coalesce(events_by_date, '') in ('', '{}') then event_dates end as other_dates
        from ops.batches
        where cast(loaded_at as date) >= @earliest
        order by loaded_at desc, batch_id
        """,
        earliest=period.first - EARLY if period.first > about.days.first else date.min,
    )
    inside, zone = list[Batch](), ZoneInfo(about.zone)
    counted, refused = _column(found, "events_by_date"), _column(found, "refused_by_reason")
    known = {text: date.fromisoformat(text) for text in set().union(*counted)}
    for row, events, reasons in zip(found, counted, refused, strict=True):
        del row["events_by_date"], row["refused_by_reason"]
        came = row["loaded_at"].replace(tzinfo=UTC).astimezone(zone).date()
        own = row.pop("other_dates") or [known[text] for text in events]
        own = own or [min(max(came, about.days.first), about.days.last)]
        if any(period.first <= day <= period.last for day in own):
            late = dict[int, int]()
            for text, number in events.items():
                if period.first <= (day := known[text]) <= period.last:
                    after = max((came - day).days, 0)
                    late[after] = late.get(after, 0) + number
            inside.append(Batch(**row, reasons=reasons, days=late))
    return inside


def _column(found: Sequence[dict[str, Any]], name: str) -> list[dict[str, int]]:
    """The JSON objects of a column, read at once: that takes a quarter of the time of one by one."""
    objects: list[dict[str, int]] = json.loads(f"[{','.join(row[name] for row in found)}]")
    return objects


def fates(of: Sequence[Batch]) -> Fates:
    """Of all batches of a shop read = accepted + refused + duplicates + erased."""
    return Fates(
        sum(batch.rows_read for batch in of if not batch.is_replay),
        *(sum(getattr(batch, fate) for batch in of) for fate in ("accepted", "refused", "duplicates", "erased")),
    )


def reasons(of: Sequence[Batch]) -> list[tuple[str, int]]:
    """For which reasons rows were refused at their load, the most frequent first; a row counts for each of its own."""
    found: Counter[str] = Counter()
    for batch in of:
        if not batch.is_replay:
            found.update(batch.reasons)
    return sorted(found.items(), key=lambda reason: (-reason[1], reason[0]))


def lateness(of: Sequence[Batch]) -> tuple[list[Range], int | None]:
    """Accepted events by the days from their day to the load: all ranges, and the median; None without an event."""
    found: Counter[int] = Counter()
    for batch in of:
        found.update(batch.days)
    days = sorted(found)
    ranges = [
        Range(low, high, sum(found[day] for day in days if low <= day and (high is None or day < high)))
        for low, high in pairwise([*LATE, None])
        if low is not None
    ]
    place = middle([found[day] for day in days])
    return ranges, None if place is None else days[place]

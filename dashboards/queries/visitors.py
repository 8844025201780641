"""Different visitors of a period: the one number that cannot be added up from days. Shared by all pages."""

from __future__ import annotations

from datetime import timedelta
from itertools import accumulate
from typing import Any, NamedTuple

from dashboards.periods import Period
from dashboards.published import Published, rows
from dashboards.queries import cached
from dashboards.view import UNKNOWN, Slice

# fct_active_visitors divides the visitors by one of these at a time, and knows who came back within so many days.
KINDS = ("device", "channel", "country")
LONGEST, LONGEST_OF_ALL = 90, 366
IN_ITS_SLICE = f"slice = @slice and (@value is null or coalesce(slice_value, '{UNKNOWN}') = @value)"


class Told(NamedTuple):
    """The slice of fct_active_visitors that is nearest to what is looked at, and the filters that it leaves out."""

    slice: str
    value: str | None
    regardless_of: tuple[str, ...]

    @property
    def longest(self) -> int:
        """The most days of a period whose different visitors can be told."""
        return LONGEST_OF_ALL if self.slice == "all" else LONGEST


def nearest(part: Slice) -> Told:
    """
    >>> nearest(Slice(device="mobile", country="DE"))
    Told(slice='device', value='mobile', regardless_of=('country',))
    """
    chosen = {kind: getattr(part, kind) for kind in KINDS if getattr(part, kind) is not None}
    first = next(iter(chosen), "all")
    return Told(first, chosen.get(first), tuple(chosen)[1:])


@cached
def visitors(copy: Published, period: Period, part: Slice) -> int | None:
    """The different visitors of a period in the slice that is `nearest`; None where it is too long to tell."""
    told = nearest(part)
    if period.days > told.longest:
        return _since_the_beginning(copy, period) if told.slice == "all" else None
    (found,) = rows(
        copy,
        f"""
        select cast(coalesce(sum(visitors), 0) as int64) as visitors
        from marts.fct_active_visitors
        where event_date between @first and @last
            and {IN_ITS_SLICE}
            and (last_active_date is null or last_active_date < @first)
        """,
        first=period.first,
        last=period.last,
        slice=told.slice,
        value=told.value,
    )
    count: int = found["visitors"]
    return count


@cached
def visitors_by_day(copy: Published, period: Period, part: Slice) -> dict[str, int]:
    """The different visitors of each day that has some, by the day's ISO text, in the slice that is `nearest`."""
    told = nearest(part)
    found = rows(
        copy,
        f"""
        select
            event_date,
            cast(sum(visitors) as int64) as visitors
        from marts.fct_active_visitors
        where event_date between @first and @last
            and {IN_ITS_SLICE}
        group by event_date
        """,
        first=period.first,
        last=period.last,
        slice=told.slice,
        value=told.value,
    )
    return {f"{row['event_date']}": row["visitors"] for row in found}


@cached
def visitors_within(copy: Published, period: Period, part: Slice, days: int) -> dict[str, int]:
    """For each day of a period, by its ISO text: the different visitors of the `days` days (at most 90) that end on
    it, in the slice that is `nearest`. Days before the first of the data have no visitors."""
    told, start = nearest(part), period.first - timedelta(days=days - 1)
    # Of an active day, the windows that hold it and not the visitor's active day before: their ends are a run of days,
    # which begins where the visitors are added and ends where they are taken off.
    found = rows(
        copy,
        f"""
        with

        active as (

            select
                event_date,
                last_active_date,
                sum(visitors) as visitors
            from marts.fct_active_visitors
            where event_date between @start and @last
                and {IN_ITS_SLICE}
            group by event_date, last_active_date

        ),

        changes as (

            select
                case
                    when last_active_date + @days > event_date then last_active_date + @days
                    else event_date
                end as date,
                visitors
            from active

            union all

            select
                event_date + @days as date,
                -visitors as visitors
            from active

        )

        select
            date,
            cast(sum(visitors) as int64) as visitors
        from changes
        group by date
        """,
        start=start,
        last=period.last,
        days=days,
        slice=told.slice,
        value=told.value,
    )
    changes = {row["date"]: row["visitors"] for row in found}
    all_days = [start + timedelta(days=number) for number in range(period.days + days - 1)]
    counts = accumulate(changes.get(day, 0) for day in all_days)
    return {f"{day}": count for day, count in zip(all_days, counts, strict=True) if day >= period.first}


def _since_the_beginning(copy: Published, period: Period) -> int | None:
    # A visitor is new once.
    found: list[dict[str, Any]] = rows(
        copy,
        """
        select
            min(event_date) as first_date,
            cast(coalesce(sum(case when event_date <= @last then new_visitors end), 0) as int64) as visitors
        from marts.fct_daily_engagement
        """,
        last=period.last,
    )
    return found[0]["visitors"] if found[0]["first_date"] >= period.first else None

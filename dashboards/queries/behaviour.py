"""What Behaviour asks: how long things take, as distributions. A distribution is counts by range; where the mart keeps
single durations, they are counted by the whole minute (hour, day) first, of which there are few whatever the orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from dashboards.periods import Period
from dashboards.published import Published, rows
from dashboards.queries import IN_SLICE, cached, of_slice
from dashboards.view import Slice

MINUTE, HOUR, DAY = 60, 3600, 86_400
FIRST_ORDER, NEXT_ORDER, IN_SESSION = "first order", "next order", "in session"
# What is counted, and where its ranges begin.
DURATIONS = {
    FIRST_ORDER: (
        "select distinct order_key, since_first_seen_seconds as seconds from marts.fct_orders "
        "where is_first_order and purchase_lines > 0 and order_date",
        (0, 10 * MINUTE, HOUR, DAY, 7 * DAY, 14 * DAY, 30 * DAY, 60 * DAY, 90 * DAY),
    ),
    NEXT_ORDER: (
        "select distinct order_key, since_previous_order_seconds as seconds from marts.fct_orders "
        "where not is_first_order and purchase_lines > 0 and order_date",
        (0, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 60 * DAY, 90 * DAY, 180 * DAY),
    ),
    IN_SESSION: (
        "select to_purchase_seconds as seconds from marts.fct_conversions where session_date",
        (0, MINUTE, 3 * MINUTE, 5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 30 * MINUTE, HOUR),
    ),
}
ROUNDED = f"""case
                    when seconds < {HOUR} then {MINUTE} * cast(floor(seconds / {MINUTE}) as int64)
                    when seconds < {2 * DAY} then {HOUR} * cast(floor(seconds / {HOUR}) as int64)
                    else {DAY} * cast(floor(seconds / {DAY}) as int64)
                end"""


@dataclass(frozen=True)
class Range:
    """How many lie from `first` on and below `below`; None where nothing limits them."""

    first: int
    below: int | None
    count: int


def middle(counts: Sequence[int]) -> int | None:
    """Which of some ranges, in their order, holds the median (of two in the middle, the lower one); None without any.

    >>> middle([1, 5, 2])
    1
    """
    upto = list(accumulate(counts))
    return next((place for place, seen in enumerate(upto) if 2 * seen >= upto[-1] > 0), None)


@cached
def durations(copy: Published, period: Period, part: Slice, what: str) -> tuple[list[Range], int | None]:
    """How long it took to `what`, one of `DURATIONS`: all ranges, and the median in whole minutes (hours from 1 on,
    days from 2 on), given in seconds; None where nothing was counted."""
    source, bounds = DURATIONS[what]
    found = rows(
        copy,
        f"""
        with

        durations as (

            {source} between @first and @last
                and {IN_SLICE}

        ),

        rounded as (

            select
                {ROUNDED} as seconds
            from durations
            where seconds is not null

        )

        select
            seconds,
            count(*) as durations
        from rounded
        group by seconds
        order by seconds
        """,
        first=period.first,
        last=period.last,
        **of_slice(part),
    )
    ranges = [
        Range(
            low,
            high,
            sum(row["durations"] for row in found if low <= row["seconds"] and (high is None or row["seconds"] < high)),
        )
        for low, high in pairwise([*bounds, None])
        if low is not None
    ]
    place = middle([row["durations"] for row in found])
    return ranges, None if place is None else found[place]["seconds"]


@cached
def session_ranges(copy: Published, period: Period, part: Slice, unit: str) -> list[Range]:
    """The period's sessions by how many `seconds` they lasted or how many `events` they have; ranges without one are
    left out."""
    found = rows(
        copy,
        f"""
        select
            at_least_{unit} as first,
            below_{unit} as below,
            cast(sum(sessions) as int64) as count
        from marts.fct_session_lengths
        where session_date between @first and @last
            and {IN_SLICE}
        group by at_least_{unit}, below_{unit}
        order by at_least_{unit}
        """,
        first=period.first,
        last=period.last,
        **of_slice(part),
    )
    return [Range(**row) for row in found]

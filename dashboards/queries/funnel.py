"""What Funnel asks: how far sessions went. All of it is read from fct_funnel, in one of its two parts: everything
together, or the products of one category."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Any

from dashboards.periods import Period
from dashboards.published import Published, rows
from dashboards.queries import IN_SLICE, cached, of_slice
from dashboards.view import UNKNOWN, Slice, plain

# What the sessions can be divided by, and how a row of it is called.
SPLITS = {
    "device": f"coalesce(device_type, '{UNKNOWN}')",
    "channel": f"coalesce(channel, '{UNKNOWN}')",
    "country": f"coalesce(country, '{UNKNOWN}')",
    "category": "category",
}
# Categories overlap, so they are read from rows of their own, never from the total's.
IN_PART = "((@category is null and is_total) or (not is_total and category = @category))"
STEPS = """cast(coalesce(sum(sessions), 0) as int64) as sessions,
            cast(coalesce(sum(view_sessions), 0) as int64) as views,
            cast(coalesce(sum(cart_sessions), 0) as int64) as carts,
            cast(coalesce(sum(checkout_sessions), 0) as int64) as checkouts,
            cast(coalesce(sum(purchase_sessions), 0) as int64) as purchases"""


@dataclass(frozen=True)
class Funnel:
    """Sessions that came at least as far as each step, all steps before it included."""

    sessions: int
    views: int
    carts: int
    checkouts: int
    purchases: int

    @property
    def counts(self) -> tuple[int, ...]:
        """In the order of the steps; none is higher than the one before."""
        return astuple(self)


NOTHING = Funnel(0, 0, 0, 0, 0)


@cached
def funnel(copy: Published, period: Period, part: Slice, category: str | None) -> Funnel:
    """The funnel of a period. Of a category it is of the sessions that touched a product of it."""
    (found,) = rows(
        copy,
        f"""
        select
            {STEPS}
        from marts.fct_funnel
        where session_date between @first and @last
            and {IN_PART}
            and {IN_SLICE}
        """,
        first=period.first,
        last=period.last,
        category=category,
        **of_slice(part),
    )
    return Funnel(**found)


@cached
def days(copy: Published, period: Period, part: Slice, category: str | None) -> list[tuple[str, Funnel]]:
    """The funnel of each day, days without a session included, with midnight as ISO text before it."""
    found = rows(
        copy,
        f"""
        with

        visits as (

            select *
            from marts.fct_funnel
            where session_date between @first and @last
                and {IN_PART}
                and {IN_SLICE}

        )

        select
            engagement.event_date as date,
            {STEPS.replace("(sum(", "(sum(visits.")}
        from marts.fct_daily_engagement as engagement
        left join visits on engagement.event_date = visits.session_date
        where engagement.event_date between @first and @last
        group by engagement.event_date
        order by engagement.event_date
        """,
        first=period.first,
        last=period.last,
        category=category,
        **of_slice(part),
    )
    return [(f"{row.pop('date')}T00:00:00", Funnel(**row)) for row in found]


@cached
def split(copy: Published, period: Period, part: Slice, category: str | None, by: str) -> list[tuple[str, Funnel]]:
    """The funnel of each device, channel, country or category, with its name before it; most sessions first.

    By category a session has a part in each of which it touched a product: these do not add up to all sessions.
    """
    inside = "not is_total and (@category is null or category = @category)" if by == "category" else IN_PART
    found: list[dict[str, Any]] = rows(
        copy,
        f"""
        select
            {SPLITS[by]} as name,
            {STEPS}
        from marts.fct_funnel
        where session_date between @first and @last
            and {inside}
            and {IN_SLICE}
        group by name
        order by sessions desc, name
        """,
        first=period.first,
        last=period.last,
        category=category,
        **of_slice(part),
    )
    return [(plain(row.pop("name")), Funnel(**row)) for row in found]

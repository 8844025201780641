"""What Funnel asks of users: how far they went in the sessions that began in a period, each of them counted once.

The steps are sums over fct_visitor_funnel, as its description says; who came at all are the active users of every page.
"""

from __future__ import annotations

from typing import Any

from dashboards.periods import Period
from dashboards.published import Published, rows
from dashboards.queries import cached
from dashboards.queries.funnel import Funnel, steps
from dashboards.queries.visitors import IN_ITS_SLICE, nearest, visitors, visitors_by_day
from dashboards.view import UNKNOWN, Slice, plain


@cached
def funnel(copy: Published, period: Period, part: Slice, in_order: bool = False) -> Funnel:
    """The funnel of a period of up to `visitors.LONGEST` days, in the slice that is `nearest`."""
    told = nearest(part)
    (found,) = rows(
        copy,
        f"""
        select
            {steps("visitors", in_order)}
        from marts.fct_visitor_funnel
        where session_date between @first and @last
            and since_date >= @first
            and {IN_ITS_SLICE}
        """,
        first=period.first,
        last=period.last,
        slice=told.slice,
        value=told.value,
    )
    return Funnel(came=visitors(copy, period, part) or 0, **found)


@cached
def days(copy: Published, period: Period, part: Slice, in_order: bool = False) -> list[tuple[str, Funnel]]:
    """The funnel of each day by itself, with midnight as ISO text before it, in the slice that is `nearest`."""
    told = nearest(part)
    found: list[dict[str, Any]] = rows(
        copy,
        f"""
        with

        taken as (

            select *
            from marts.fct_visitor_funnel
            where session_date between @first and @last
                and since_date = session_date
                and {IN_ITS_SLICE}

        )

        select
            engagement.event_date as date,
            {steps("visitors", in_order, "taken.")}
        from marts.fct_daily_engagement as engagement
        left join taken on engagement.event_date = taken.session_date
        where engagement.event_date between @first and @last
        group by engagement.event_date
        order by engagement.event_date
        """,
        first=period.first,
        last=period.last,
        slice=told.slice,
        value=told.value,
    )
    came = visitors_by_day(copy, period, part)
    by_day = [(f"{row.pop('date')}", row) for row in found]
    return [(f"{day}T00:00:00", Funnel(came=came.get(day, 0), **row)) for day, row in by_day]


@cached
def split(copy: Published, period: Period, part: Slice, by: str, in_order: bool = False) -> list[tuple[str, Funnel]]:
    """The funnel of each device, channel or country, with its name before it; most users first. Of the filters only the
    one of that kind applies. Who came by two of them is in both, so these do not add up to all users."""
    found: list[dict[str, Any]] = rows(
        copy,
        f"""
        with

        steps as (

            select
                coalesce(slice_value, '{UNKNOWN}') as name,
                {steps("visitors", in_order)}
            from marts.fct_visitor_funnel
            where session_date between @first and @last
                and since_date >= @first
                and {IN_ITS_SLICE}
            group by name

        ),

        active as (

            select
                coalesce(slice_value, '{UNKNOWN}') as name,
                cast(sum(visitors) as int64) as came
            from marts.fct_active_visitors
            where event_date between @first and @last
                and (last_active_date is null or last_active_date < @first)
                and {IN_ITS_SLICE}
            group by name

        )

        select
            active.name,
            active.came,
            coalesce(steps.views, 0) as views,
            coalesce(steps.carts, 0) as carts,
            coalesce(steps.checkouts, 0) as checkouts,
            coalesce(steps.purchases, 0) as purchases
        from active
        left join steps on active.name = steps.name
        order by active.came desc, active.name
        """,
        first=period.first,
        last=period.last,
        slice=by,
        value=getattr(part, by),
    )
    return [(plain(row.pop("name")), Funnel(**row)) for row in found]

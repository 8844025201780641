"""What Engagement asks: who is active, by day, week and month, who is new among them, and when they come."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from dashboards.numbers import share
from dashboards.periods import Period
from dashboards.published import Published, rows
from dashboards.queries import IN_SLICE, cached, of_slice
from dashboards.queries.sessions import sessions
from dashboards.queries.visitors import nearest, visitors, visitors_by_day, visitors_within
from dashboards.view import Slice

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Engagement:
    """A period's numbers. `daily`, `weekly` and `monthly` are the active users up to a day, on the average of its days,
    `sticky` is in percent; `visitors` and `returning` are None where the period is too long to tell visitors apart."""

    daily: Decimal
    weekly: Decimal
    monthly: Decimal
    sticky: Decimal | None
    visitors: int | None
    new: int
    returning: int | None
    sessions_per_visitor: Decimal | None


def engagement(copy: Published, period: Period, part: Slice) -> Engagement:
    """The numbers of a period, in the slice of visitors that is `nearest`; the new and the returning are of all."""
    daily = days(copy, period, part)
    sums = {name: sum(day[name] for day in daily) for name in ("daily", "weekly", "monthly")}
    new = sum(day["new"] for day in daily)
    everybody, active = visitors(copy, period, Slice()), visitors(copy, period, part)
    told = nearest(part)
    visits = sessions(copy, period, Slice(**{told.slice: told.value} if told.value else {})).sessions
    return Engagement(
        Decimal(sums["daily"]) / period.days,
        Decimal(sums["weekly"]) / period.days,
        Decimal(sums["monthly"]) / period.days,
        share(sums["daily"], sums["monthly"]),
        active,
        new,
        None if everybody is None else everybody - new,
        Decimal(visits) / active if active else None,
    )


@cached
def days(copy: Published, period: Period, part: Slice) -> list[dict[str, Any]]:
    """One row a day, days without an event included: `daily`, `weekly` and `monthly` active users of the slice that is
    `nearest`, `sticky` of the day in percent, and of all users those that are `new` on it and those `returning`."""
    found = rows(
        copy,
        """
        select
            event_date,
            new_visitors,
            dau - new_visitors as returning_visitors
        from marts.fct_daily_engagement
        where event_date between @first and @last
        order by event_date
        """,
        first=period.first,
        last=period.last,
    )
    daily = visitors_by_day(copy, period, part)
    weekly, monthly = (visitors_within(copy, period, part, length) for length in (7, 30))
    return [
        {
            "date": f"{day}T00:00:00",
            "daily": (now := daily.get(day, 0)),
            "weekly": weekly[day],
            "monthly": monthly[day],
            "sticky": 100 * now / monthly[day] if monthly[day] else 0.0,
            "new": row["new_visitors"] or 0,
            "returning": row["returning_visitors"] or 0,
        }
        for row in found
        for day in [f"{row['event_date']}"]
    ]


@cached
def hours(copy: Published, period: Period, part: Slice) -> list[dict[str, Any]]:
    """One row for each hour of each weekday: `weekday`, `hour`, the `sessions` that began then, those `converted`, and,
    for a chart, how many sessions that is `usual`ly: on each such weekday of the period."""
    found = rows(
        copy,
        f"""
        select
            calendar.day_of_week,
            visits.hour_of_day,
            cast(sum(visits.sessions) as int64) as sessions,
            cast(sum(visits.converted_sessions) as int64) as converted
        from marts.fct_hourly_sessions as visits
        inner join marts.dim_date as calendar on visits.session_date = calendar.calendar_date
        where visits.session_date between @first and @last
            and {IN_SLICE}
        group by calendar.day_of_week, visits.hour_of_day
        """,
        first=period.first,
        last=period.last,
        **of_slice(part),
    )
    counted = {(row["day_of_week"], row["hour_of_day"]): row for row in found}
    such_days = Counter((period.first + timedelta(days=number)).isoweekday() for number in range(period.days))
    return [
        {"weekday": name, "hour": f"{hour:02}", "sessions": sessions, "converted": row.get("converted", 0)}
        | {"usual": sessions / such_days[weekday] if sessions else 0.0}
        for weekday, name in enumerate(WEEKDAYS, start=1)
        for hour in range(24)
        for row in [counted.get((weekday, hour), {})]
        for sessions in [row.get("sessions", 0)]
    ]

"""Engagement: how many are active, how often they come back, and when they come."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import streamlit as st

from dashboards import charts, downloads, numbers, tiles
from dashboards.frame import show
from dashboards.published import Published
from dashboards.queries import engagement as queries
from dashboards.queries.shop import Shop
from dashboards.queries.visitors import nearest
from dashboards.view import View

NOBODY = "Nobody was active in this period."
OF_ALL = ("device", "channel", "country", "category")


def page(copy: Published, shop: Shop, view: View) -> None:
    days = queries.days(copy, view.period, view.slice)
    _tiles(copy, shop, view, days)
    _active(view, days)
    _new_and_sticky(view, days)
    _hours(copy, shop, view)


def _of_one(view: View) -> tuple[str, ...]:
    """The filters that visitors cannot be told by: the category, and all but one of those of the visits."""
    return ("category", *nearest(view.slice).regardless_of)


def _tiles(copy: Published, shop: Shop, view: View, days: list[dict[str, Any]]) -> None:
    now = queries.engagement(copy, view.period, view.slice)
    was = queries.engagement(copy, view.compared, view.slice) if view.compared else None

    def counted(name: str, told: Callable[[Any], str] = numbers.count) -> tuple[str, str | None]:
        value = getattr(now, name)
        return told(value), numbers.change(value, getattr(was, name, None))

    shown: list[tuple[str, tuple[str, str | None], str | None]] = [
        ("daily_users", counted("daily", numbers.average), "daily"),
        ("weekly_users", counted("weekly", numbers.average), "weekly"),
        ("monthly_users", counted("monthly", numbers.average), "monthly"),
        (
            "stickiness",
            (numbers.percent(now.sticky), numbers.points(now.sticky, was.sticky if was else None)),
            "sticky",
        ),
        ("visitors", counted("visitors"), None),
        ("new_visitors", counted("new"), "new"),
        ("returning_visitors", counted("returning"), "returning"),
        ("sessions_per_visitor", counted("sessions_per_visitor", numbers.amount), None),
    ]
    tiles.show(
        [
            tiles.tile(
                name,
                value,
                change,
                shop=shop,
                view=view,
                course=[day[course] for day in days] if course else (),
                regardless_of=OF_ALL if name in ("new_visitors", "returning_visitors") else _of_one(view),
            )
            for name, (value, change), course in shown
        ],
        across=4,
    )


def _active(view: View, days: list[dict[str, Any]]) -> None:
    with st.container(border=True):
        st.subheader("Active users up to each day")
        tiles.note(view, _of_one(view))
        if not any(day["monthly"] for day in days):
            st.caption(NOBODY)
            return
        series = {"daily": "That day", "weekly": "In 7 days", "monthly": "In 30 days"}
        st.html(
            charts.lines_per_day(
                days,
                series,
                alt=f"Daily, weekly and monthly active users as lines, for each day of {view.period}.",
            )
        )
        downloads.offer(lambda: _as_table(days), "engagement", view)


def _as_table(days: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = {"daily": "Daily active users", "weekly": "Weekly active users", "monthly": "Monthly active users"}
    names |= {"sticky": "Stickiness, %", "new": "New users", "returning": "Returning users"}
    return [{"Day": day["date"][:10]} | {name: day[column] for column, name in names.items()} for day in days]


def _new_and_sticky(view: View, days: list[dict[str, Any]]) -> None:
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        st.subheader("New and returning users a day")
        tiles.note(view, OF_ALL)
        if any(day["new"] or day["returning"] for day in days):
            st.html(
                charts.lines_per_day(
                    days,
                    {"new": "New", "returning": "Returning"},
                    alt=f"New and returning users as lines, for each day of {view.period}.",
                )
            )
        else:
            st.caption(NOBODY)
    with right.container(border=True, height="stretch"):
        st.subheader("Stickiness a day, %")
        tiles.note(view, _of_one(view))
        if any(day["daily"] for day in days):
            st.html(
                charts.lines_per_day(
                    days,
                    {"sticky": "Stickiness"},
                    alt=f"Daily active users in percent of monthly ones as a line, for each day of {view.period}.",
                )
            )
        else:
            st.caption(NOBODY)


def _hours(copy: Published, shop: Shop, view: View) -> None:
    with st.container(border=True):
        tiles.heading("usual_sessions", shop=shop, view=view, regardless_of=("category",))
        hours = queries.hours(copy, view.period, view.slice)
        most = max(hours, key=lambda row: row["usual"])
        if not most["sessions"]:
            st.caption("No session began in this period.")
            return
        st.html(
            charts.heat_map(
                hours,
                ("hour", "Hour"),
                "weekday",
                "usual",
                {"usual": "Sessions, on average", "sessions": "Sessions in all", "converted": "With a purchase"},
                alt=f"Sessions by hour of the day and weekday of {view.period}, the more the stronger the colour.",
            )
        )
        st.caption(
            f"Most sessions begin on {most['weekday']}s from {most['hour']}:00 to {most['hour']}:59 of the shop's "
            f"clock: {numbers.average(Decimal(most['usual']))} on average. The paler a cell, the fewer."
        )
        downloads.offer(lambda: hours, "sessions_by_hour", view)


show(page)

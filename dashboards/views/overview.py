"""The Overview: how the shop did in a period, against the days it is compared with."""

from typing import Any

import streamlit as st

from dashboards import charts, numbers, tables, tiles
from dashboards.frame import show
from dashboards.published import Published
from dashboards.queries import overview as queries
from dashboards.queries.shop import Shop
from dashboards.queries.visitors import nearest
from dashboards.view import View


def page(copy: Published, shop: Shop, view: View) -> None:
    days = queries.days(copy, view.period, view.currency, view.slice, view.category)
    _tiles(copy, shop, view, days)
    _charts(view, days)
    _best(copy, view)


def _tiles(copy: Published, shop: Shop, view: View, days: list[dict[str, Any]]) -> None:
    now = queries.kpis(copy, view.period, view.currency, view.slice, view.category)
    was = queries.NOTHING
    if view.compared:
        was = queries.kpis(copy, view.compared, view.currency, view.slice, view.category)
    rate, rate_before = numbers.share(now.converted, now.sessions), numbers.share(was.converted, was.sessions)
    shown = [
        ("net_revenue", numbers.amount(now.net), numbers.change(now.net, was.net), "net"),
        ("orders", numbers.count(now.orders), numbers.change(now.orders, was.orders), "orders"),
        ("average_order", numbers.amount(now.average), numbers.change(now.average, was.average), "average"),
        ("conversion_rate", numbers.percent(rate), numbers.points(rate, rate_before), "rate"),
        ("visitors", numbers.count(now.visitors), numbers.change(now.visitors, was.visitors), "visitors"),
        ("sessions", numbers.count(now.sessions), numbers.change(now.sessions, was.sessions), "sessions"),
    ]
    tiles.show(
        [
            tiles.tile(
                name,
                value,
                change,
                shop=shop,
                view=view,
                course=[day[course] for day in days],
                regardless_of=_regardless_of(name, view),
            )
            for name, value, change, course in shown
        ],
        across=6,
    )


def _regardless_of(metric: str, view: View) -> tuple[str, ...]:
    """The filters that cannot narrow a metric: its marts do not tell it by them."""
    if metric == "net_revenue":
        return ()
    return ("category", *(nearest(view.slice).regardless_of if metric == "visitors" else ()))


def _charts(view: View, days: list[dict[str, Any]]) -> None:
    left, right = st.columns(2)
    with left.container(border=True):
        st.subheader("Net revenue and orders a day")
        tiles.note(view, _regardless_of("orders", view), "Orders")
        st.html(
            charts.bars_and_line_per_day(
                days,
                ("net", numbers.labelled("Net revenue", view.currency)),
                ("orders", "Orders"),
                alt=f"Net revenue as bars and orders as a line, for each day of {view.period}.",
            )
        )
    with right.container(border=True):
        st.subheader("Active users and sessions a day")
        tiles.note(view, _regardless_of("visitors", view), "Active users")
        st.html(
            charts.lines_per_day(
                days,
                {"visitors": "Active users", "sessions": "Sessions"},
                alt=f"Active users and sessions as lines, for each day of {view.period}.",
            )
        )


def _best(copy: Published, view: View) -> None:
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        st.subheader(numbers.labelled("Top categories by net revenue", view.currency))
        categories = queries.categories(copy, view.period, view.currency, view.slice)
        if categories:
            st.html(
                charts.bars_by_name(
                    [(row["category"], row["net"]) for row in categories],
                    "Net revenue",
                    alt="Bar chart of the categories with the highest net revenue.",
                )
            )
        else:
            st.caption("Nothing was sold in this period.")
    with right.container(border=True, height="stretch"):
        st.subheader(numbers.labelled("Top products by net revenue", view.currency))
        products = queries.products(copy, view.period, view.currency, view.slice, view.category)
        tables.show(
            products,
            {"Units": numbers.count, "Net revenue": numbers.amount},
            name="top_products",
            view=view,
            nothing="Nothing was sold in this period.",
        )


show(page)

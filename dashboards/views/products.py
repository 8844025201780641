"""Products: what is sold, what is not any more, where in the assortment, and at which prices."""

from typing import Any

import streamlit as st

from dashboards import assortment, charts, numbers, tables, tiles
from dashboards.assortment import SEEN, SEEN_BY_ALL
from dashboards.frame import show
from dashboards.published import Published
from dashboards.queries import overview
from dashboards.queries import products as queries
from dashboards.queries.products import BEST, FALLING, Product
from dashboards.queries.shop import Shop
from dashboards.view import View

NOTHING = "Nothing was sold in this period."
DRAWN = 10


def page(copy: Published, shop: Shop, view: View) -> None:
    days = queries.days(copy, view.period, view.currency, view.slice, view.category)
    _tiles(copy, shop, view, days)
    _days(view, days)
    _best(copy, view)
    _falling(copy, view)
    assortment.categories(copy, view)
    assortment.prices(copy, shop, view)


def _tiles(copy: Published, shop: Shop, view: View, days: list[dict[str, Any]]) -> None:
    asked = (view.currency, view.slice, view.category)
    now, kpis = queries.sums(copy, view.period, *asked), overview.kpis(copy, view.period, *asked)
    was, kpis_before = queries.NOTHING, overview.NOTHING
    if view.compared:
        was, kpis_before = queries.sums(copy, view.compared, *asked), overview.kpis(copy, view.compared, *asked)
    by_day = overview.days(copy, view.period, *asked)
    shown: list[tuple[str, str, str | None, list[float], tuple[str, ...]]] = [
        (
            "net_revenue",
            numbers.amount(kpis.net),
            numbers.change(kpis.net, kpis_before.net),
            [day["net"] for day in by_day],
            (),
        ),
        (
            "units",
            numbers.count(now.units),
            numbers.change(now.units, was.units),
            [day["units"] for day in days],
            (),
        ),
        (
            "orders",
            numbers.count(kpis.orders),
            numbers.change(kpis.orders, kpis_before.orders),
            [day["orders"] for day in by_day],
            ("category",),
        ),
        (
            "product_rate",
            numbers.percent(now.rate),
            numbers.points(now.rate, was.rate),
            [day["rate"] for day in _rates(days)],
            SEEN_BY_ALL,
        ),
    ]
    tiles.show(
        [
            tiles.tile(name, value, change, shop=shop, view=view, course=course, regardless_of=regardless_of)
            for name, value, change, course, regardless_of in shown
        ],
        across=4,
    )


def _rates(days: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [day | {"rate": float(numbers.share(day["purchases"], day["views"]) or 0)} for day in days]


def _days(view: View, days: list[dict[str, Any]]) -> None:
    with st.container(border=True):
        st.subheader("Units and view to purchase a day")
        tiles.note(view, SEEN_BY_ALL, "View to purchase")
        st.html(
            charts.bars_and_line_per_day(
                _rates(days),
                ("units", "Units"),
                ("rate", "View to purchase, %"),
                alt=f"Units as bars and the rate from view to purchase as a line, for each day of {view.period}.",
            )
        )


def _best(copy: Published, view: View) -> None:
    asked = (copy, view.period, view.compared, view.currency, view.slice, view.category, BEST)
    with st.container(border=True):
        st.subheader(numbers.labelled("Top products by net revenue", view.currency))
        tiles.note(view, SEEN_BY_ALL, SEEN)
        found = queries.products(*asked, DRAWN)
        change: dict[str, Any] = {"Change": lambda value: value or "–"} if view.compared else {}
        tables.show(
            [
                {"Product": product.name, "Net revenue": product.net}
                | {name: numbers.change(product.net, product.net_before) for name in change}
                | {"Units": product.units, "Seen": product.views, "View to purchase": product.rate}
                for product in found
            ],
            {"Net revenue": numbers.amount, "Units": numbers.count, "Seen": numbers.count}
            | {"View to purchase": numbers.percent, **change},
            name="products",
            view=view,
            whole=lambda: _as_table(queries.products(*asked), view),
            nothing=NOTHING,
        )
        if found:
            st.caption("Seen: sessions that saw it. The files have all products with a sale or a refund.")


def _falling(copy: Published, view: View) -> None:
    with st.container(border=True):
        st.subheader(numbers.labelled("Falling products by net revenue", view.currency))
        if not view.compared:
            st.caption("There are no days to compare with.")
            return
        tiles.note(view, SEEN_BY_ALL, "Seen")
        asked = (copy, view.period, view.compared, view.currency, view.slice, view.category, FALLING)
        tables.show(
            [
                {"Product": product.name, "Lost": product.net_before - product.net, "Net revenue": product.net}
                | {"Before": product.net_before, "Units": product.units, "Units before": product.units_before}
                | {"Seen": product.views, "Seen before": product.views_before}
                for product in queries.products(*asked, DRAWN)
            ],
            dict.fromkeys(("Lost", "Net revenue", "Before"), numbers.amount)
            | dict.fromkeys(("Units", "Units before", "Seen", "Seen before"), numbers.count),
            name="falling_products",
            view=view,
            whole=lambda: _as_table(queries.products(*asked), view),
            nothing="No product brought less than before.",
        )


def _as_table(found: list[Product], view: View) -> list[dict[str, Any]]:
    return [
        {"Product ID": product.product_id, "Product": product.name, "Currency": view.currency}
        | {"Net revenue": product.net, "Units": product.units}
        | {"Net revenue before": product.net_before, "Units before": product.units_before}
        | {"Sessions that saw it": product.views, "View to purchase, %": numbers.for_file(product.rate)}
        | {"Sessions that saw it before": product.views_before}
        for product in found
    ]


show(page)

"""Cohorts: who came first in the same week or month, how many of them came back, and what they brought."""

from collections.abc import Sequence
from datetime import date

import streamlit as st

from dashboards import cohort_sections as sections
from dashboards import numbers, tiles
from dashboards.choices import one_of
from dashboards.frame import show
from dashboards.published import Published
from dashboards.queries import cohorts as queries
from dashboards.queries.shop import Shop
from dashboards.triangle import AT_LEAST, Cohort, average, starts, triangle
from dashboards.view import View

OF_ALL = ("device", "channel", "country", "category")
UNITS = {"Week": "week", "Month": "month"}


def page(copy: Published, shop: Shop, view: View) -> None:
    unit = UNITS[one_of("Cohorts by", list(UNITS), "cohort")]
    begun, last = starts(view.period, unit), view.period.last
    sizes = queries.sizes(copy, begun, unit)
    active = triangle(sizes, queries.active(copy, begun, unit), unit, last)
    cells = queries.revenue(copy, begun, unit, view.currency)
    brought = triangle(sizes, cells, unit, last)
    st.caption(
        f"A cohort is the users who were first seen in the same {unit}. Shown are those of the period, and of the last "
        f"{AT_LEAST} {unit}s up to its end where it is shorter. They are compared with each other, not with other days."
        f"{_first_of_all(sizes, shop, unit)}"
    )
    _tiles(shop, view, active[-sections.DRAWN :], brought[-sections.DRAWN :])
    with st.container(border=True):
        tiles.heading("retention", shop=shop, view=view, regardless_of=OF_ALL)
        sections.retention(view, unit, active)
    with st.container(border=True):
        tiles.heading("cohort_revenue", shop=shop, view=view, regardless_of=OF_ALL)
        sections.revenue(view, unit, brought, cells)


def _first_of_all(sizes: dict[date, int], shop: Shop, unit: str) -> str:
    start = next(iter(sizes), None)
    if start is None or start > shop.days.first:
        return ""
    return f" Who came before the data begins counts as first seen in the first {unit} of all."


def _tiles(shop: Shop, view: View, active: Sequence[Cohort], brought: Sequence[Cohort]) -> None:
    back = average(active, 1, 2)
    shown = {
        "cohort_users": numbers.count(sum(cohort.size for cohort in active)),
        "back_next": numbers.percent(None if back is None else 100 * back),
        "first_revenue": numbers.amount(average(brought, 0, 1)),
        "revenue_so_far": numbers.amount(average(brought, 0)),
    }
    tiles.show(
        [tiles.tile(name, value, shop=shop, view=view, regardless_of=OF_ALL) for name, value in shown.items()], across=4
    )


show(page)

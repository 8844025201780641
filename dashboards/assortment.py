"""Of the page Products: the assortment as a tree of categories, and its prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import streamlit as st

from dashboards import numbers, tables, tiles
from dashboards.choices import one_of
from dashboards.published import Published
from dashboards.queries import categories as of_categories
from dashboards.queries.prices import price_changes
from dashboards.queries.shop import Shop
from dashboards.tree import path, tree
from dashboards.view import View, plain

SEEN_BY_ALL = ("device", "channel", "country")  # nobody knows by these how often a product was seen
SEEN = "Seen and view to purchase"
DRAWN, DRAWN_CATEGORIES = 10, 60
INDENT = "\u00a0" * 4  # a line may end after other spaces


def categories(copy: Published, view: View) -> None:
    leaves = of_categories.categories(copy, view.period, view.currency, view.slice, view.category)
    deepest = max((len(path(leaf["levels"])) for leaf in leaves), default=1)
    with st.container(border=True):
        title, choice = st.columns([1, 1], vertical_alignment="center")
        title.subheader(numbers.labelled("Categories by net revenue", view.currency))
        with choice.container(horizontal=True, horizontal_alignment="right"):
            depth = _depth(deepest)
        tiles.note(view, SEEN_BY_ALL, SEEN)
        nodes = tree(leaves, depth)
        whole = sum((node.net for node in nodes if len(node.path) == 1), Decimal(0))
        tables.show(
            [
                {"Category": f"{INDENT * (len(node.path) - 1)}{plain(node.path[-1])}", "Net revenue": node.net}
                | {"Of all": 100 * node.net / whole if whole > 0 else None, "Units": node.units, "Seen": node.views}
                | {"View to purchase": numbers.share(node.purchases, node.views)}
                for node in nodes[:DRAWN_CATEGORIES]
            ],
            {"Net revenue": numbers.amount, "Of all": numbers.percent, "Units": numbers.count}
            | {"Seen": numbers.count, "View to purchase": numbers.percent},
            name="categories",
            view=view,
            whole=lambda: [
                {f"Level {level}": name for level, name in enumerate(leaf["levels"], start=1)}
                | {"Currency": view.currency, "Net revenue": leaf["net"], "Units": leaf["units"]}
                | {
                    "Views": leaf["views"],
                    "View to purchase, %": numbers.for_file(numbers.share(leaf["purchases"], leaf["views"])),
                }
                for leaf in leaves
            ],
            nothing="Nothing was seen or sold in this period.",
        )
        if nodes:
            st.caption(
                "Seen: sessions, once for each product that they saw. What is set in adds up to what it is below."
            )
        if len(nodes) > DRAWN_CATEGORIES:
            st.caption(f"The first {DRAWN_CATEGORIES} of {len(nodes)}; the files have all.")


def _depth(deepest: int) -> int:
    """How many levels the reader wants to see."""
    if deepest == 1:
        return 1
    levels = ["1 level", *(f"{level} levels" for level in range(2, deepest + 1))]
    return levels.index(one_of("Down to", levels, "levels")) + 1


def prices(copy: Published, shop: Shop, view: View) -> None:
    asked = (copy, view.period, view.compared, view.currency, view.slice, view.category)
    with st.container(border=True):
        tiles.heading("price_changes", shop=shop, view=view)
        tables.show(
            [_drawn(row, view) for row in price_changes(*asked, DRAWN)],
            {"Since": str, "Before": numbers.amount, "After": numbers.amount, "Change": str}
            | {"Units": numbers.count, "Units before": numbers.count},
            name="price_changes",
            view=view,
            whole=lambda: [_as_told(row, view) for row in price_changes(*asked)],
            nothing="No price changed in this period.",
        )


def _drawn(row: dict[str, Any], view: View) -> dict[str, Any]:
    currencies = dict.fromkeys(code or "–" for code in (row["currency_before"], row["currency_after"]))
    change = numbers.change(row["after"], row["before"]) if len(currencies) == 1 else None
    told = {"Product": row["name"], "Since": f"{row['changed_date']:%-d\u00a0%b\u00a0%Y}"}
    told |= {"Currency": " → ".join(currencies), "Before": row["before"], "After": row["after"]}
    return (
        told
        | {"Change": change or "–", "Units": row["units"]}
        | ({"Units before": row["units_before"]} if view.compared else {})
    )


def _as_told(row: dict[str, Any], view: View) -> dict[str, Any]:
    return {
        "Product ID": row["product_id"],
        "Product": row["name"],
        "Changes": row["changes"],
        "Since": row["changed_date"],
        "Price before": row["before"],
        "Currency before": row["currency_before"],
        "Price after": row["after"],
        "Currency after": row["currency_after"],
        f"Units bought in {numbers.currency(view.currency)}": row["units"],
        "Units before": row["units_before"],
    }

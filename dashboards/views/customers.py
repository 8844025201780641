"""Customers: who buys still, who moved between segments, and what customers have brought so far."""

from collections.abc import Sequence
from decimal import Decimal

import streamlit as st

from dashboards import charts, downloads, numbers, tables, tiles
from dashboards.frame import show
from dashboards.published import Published
from dashboards.queries import customers as queries
from dashboards.queries.customers import ACTIVE, SEGMENTS, Customers, Values
from dashboards.queries.shop import Shop
from dashboards.view import View

OF_ALL = ("device", "channel", "country", "category")
NOBODY = "Nobody had ordered anything by the end of this period."
FIRST_ORDER = "First order"
DRAWN = 12


def page(copy: Published, shop: Shop, view: View) -> None:
    now, values = queries.customers(copy, view.period), queries.values(copy, view.period.last, view.currency)
    _tiles(copy, shop, view, now, values)
    _segments(shop, view, now)
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        _moves(view, now)
    with right.container(border=True, height="stretch"):
        _values(shop, view, values)


def _tiles(copy: Published, shop: Shop, view: View, now: Customers, values: list[Values]) -> None:
    was, valued = None, list[Values]()
    if view.compared:
        was, valued = queries.customers(copy, view.compared), queries.values(copy, view.compared.last, view.currency)
    mean, middle = queries.mean(values), queries.median(values)

    def active(of: Customers) -> int:
        return sum(of.at_end.get(segment, 0) for segment in ACTIVE)

    counted = [
        ("customers", sum(now.at_end.values()), sum(was.at_end.values()) if was else None),
        ("new_customers", now.new, was.new if was else None),
        ("active_customers", active(now), active(was) if was else None),
        ("lost_customers", now.came("lost"), was.came("lost") if was else None),
    ]
    told = [(name, numbers.count(count), numbers.change(count, before)) for name, count, before in counted]
    told.append(("lifetime_value", numbers.amount(mean), numbers.change(mean, queries.mean(valued))))
    told.append(("median_value", _range(middle) if middle else "–", None))
    tiles.show(
        [
            tiles.tile(*each, shop=shop, view=view, less_is_better=each[0] == "lost_customers", regardless_of=OF_ALL)
            for each in told
        ],
        across=6,
    )


def _segments(shop: Shop, view: View, now: Customers) -> None:
    with st.container(border=True):
        tiles.heading("segments", shop=shop, view=view, regardless_of=OF_ALL)
        rows = [
            {"Segment": name, "Before": now.at_start.get(segment, 0), "Came": now.came(segment)}
            | {"Went": now.went(segment), "At the end": now.at_end.get(segment, 0), "Who they are": whom}
            for segment, (name, whom) in SEGMENTS.items()
        ]
        if not any(row["At the end"] for row in rows):
            st.caption(NOBODY)
            return
        st.html(
            charts.bars_by_name(
                [(row["Segment"], row["At the end"]) for row in rows],
                "Customers",
                alt=f"Bar chart of the customers in each segment at the end of {view.period}.",
            )
        )
        counts = dict.fromkeys(("Before", "Came", "Went", "At the end"), numbers.count)
        tables.show(rows, counts, name="segments", view=view)


def _moves(view: View, now: Customers) -> None:
    st.subheader("Moves between segments")
    tiles.note(view, OF_ALL)
    moves = [
        {"From": SEGMENTS[before][0] if before else FIRST_ORDER, "To": SEGMENTS[after][0], "Customers": customers}
        for (before, after), customers in sorted(now.moves.items(), key=lambda move: (-move[1], str(move[0])))
    ]
    tables.show(
        moves[:DRAWN],
        {"Customers": numbers.count},
        name="moves",
        view=view,
        whole=lambda: moves,
        nothing="Nobody moved in this period.",
    )
    if len(moves) > DRAWN:
        st.caption(f"The first {DRAWN} of {len(moves)}; the files have all.")
    if moves:
        st.caption("Each move at the end of a day counts: who left a segment and came back is in two of them.")


def _values(shop: Shop, view: View, values: Sequence[Values]) -> None:
    tiles.heading("lifetime_value", shop=shop, view=view, regardless_of=OF_ALL)
    if not values:
        st.caption(NOBODY)
        return
    st.html(
        charts.bars_by_name(
            [(_range(each), each.customers) for each in values],
            "Customers",
            alt="Bar chart of how many customers have brought a value within each range.",
        )
    )
    total = sum((each.net for each in values), Decimal(0))
    everything = numbers.labelled(numbers.amount(total), view.currency).replace(", ", " ")
    st.caption(f"Customers: {numbers.count(sum(each.customers for each in values))} · together: {everything}")
    amount = numbers.labelled("Net revenue", view.currency)
    downloads.offer(
        lambda: [
            {"From": each.first, "Below": each.below, "Customers": each.customers, amount: each.net} for each in values
        ],
        "lifetime_values",
        view,
    )


def _range(of: Values) -> str:
    if of.first is None:
        return "below 0"
    if of.below is None:
        return f"{numbers.count(of.first)} or more"
    return f"{numbers.count(of.first)} – {numbers.count(of.below)}"


show(page)

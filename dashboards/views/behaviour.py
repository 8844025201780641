"""Behaviour: how long buying takes, how long and deep visits are, how soon people buy again."""

from collections.abc import Callable, Sequence
from decimal import Decimal

import streamlit as st

from dashboards import charts, downloads, numbers, tiles
from dashboards.frame import show
from dashboards.published import Published
from dashboards.queries import behaviour as queries
from dashboards.queries.behaviour import FIRST_ORDER, IN_SESSION, NEXT_ORDER, Range
from dashboards.queries.sessions import NOTHING, sessions
from dashboards.queries.shop import Shop
from dashboards.view import View

OF_ALL = ("category",)
TIMES = {"time_to_first_order": FIRST_ORDER, "time_to_purchase": IN_SESSION, "time_between_orders": NEXT_ORDER}


def page(copy: Published, shop: Shop, view: View) -> None:
    _tiles(copy, shop, view)
    for place, (name, what) in zip(st.columns(3), TIMES.items(), strict=True):
        ranges, median = queries.durations(copy, view.period, view.slice, what)
        with place.container(border=True, height="stretch"):
            _distribution(name, ranges, numbers.span, numbers.duration(median), shop, view)
    units = {"session_length": ("seconds", numbers.span), "session_depth": ("events", _events)}
    for place, (name, (unit, written)) in zip(st.columns(2), units.items(), strict=True):
        ranges = queries.session_ranges(copy, view.period, view.slice, unit)
        middle = queries.middle([each.count for each in ranges])
        median_range = "–" if middle is None else written(ranges[middle].first, ranges[middle].below)
        with place.container(border=True, height="stretch"):
            _distribution(name, ranges, written, median_range, shop, view)


def _tiles(copy: Published, shop: Shop, view: View) -> None:
    shown: list[tuple[str, str, str | None]] = []
    for name, what in TIMES.items():
        _, median = queries.durations(copy, view.period, view.slice, what)
        before = queries.durations(copy, view.compared, view.slice, what)[1] if view.compared else None
        shown.append((name, numbers.duration(median), numbers.change(median, before)))
    now = sessions(copy, view.period, view.slice)
    was = sessions(copy, view.compared, view.slice) if view.compared else NOTHING
    for name, column in (("session_length", "seconds"), ("session_depth", "events")):
        average, before = (Decimal(getattr(of, column)) / of.sessions if of.sessions else None for of in (now, was))
        told = numbers.amount(average) if column == "events" else numbers.duration(average)
        shown.append((name, told, numbers.change(average, before)))
    rate, rate_before = (numbers.share(of.bounces, of.sessions) for of in (now, was))
    shown.append(("bounce_rate", numbers.percent(rate), numbers.points(rate, rate_before)))
    tiles.show(
        [
            tiles.tile(
                *each, shop=shop, view=view, less_is_better=not each[0].startswith("session_"), regardless_of=OF_ALL
            )
            for each in shown
        ],
        across=6,
    )


def _distribution(
    metric: str,
    ranges: Sequence[Range],
    written: Callable[[int, int | None], str],
    median: str,
    shop: Shop,
    view: View,
) -> None:
    """The ranges as bars, the range or the value of the median below them, and both as a file."""
    tiles.heading(metric, shop=shop, view=view, regardless_of=OF_ALL)
    total = sum(each.count for each in ranges)
    if not total:
        st.caption("Nothing of this in this period.")
        return
    told = [(written(each.first, each.below), each.count) for each in ranges]
    what = "Orders" if metric in ("time_to_first_order", "time_between_orders") else "Sessions"
    st.html(
        charts.bars_by_name(
            told,
            what,
            alt=f"Bar chart of how many {what.lower()} lie in each range; the median is {median}.",
        )
    )
    st.caption(f"{what}: {numbers.count(total)} · median: {median}")
    downloads.offer(
        lambda: [
            {"From": each.first, "Below": each.below, what: each.count, "Share, %": _share(each.count, total)}
            for each in ranges
        ],
        metric,
        view,
    )


def _share(part: int, whole: int) -> Decimal:
    return round(numbers.share(part, whole) or Decimal(0), 4)


def _events(first: int, below: int | None) -> str:
    if below is None:
        return f"{first} or more"
    return f"{first}" if below == first + 1 else f"{first} – {below - 1}"


show(page)

"""A tile: a number, its change, its course over the days, and what it counts."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboards import numbers
from dashboards.metrics import metrics
from dashboards.queries.shop import Shop
from dashboards.sparkline import sparkline
from dashboards.view import View

ALL_OF = {"device": "all devices", "channel": "all channels", "country": "all countries", "category": "all categories"}


def row(count: int, key: str = "tiles") -> list[DeltaGenerator]:
    """Places for so many tiles beside each other. A page that has several rows gives each its key, `tiles…`."""
    return st.container(key=key).columns(count)


def tile(
    place: DeltaGenerator,
    name: str,
    value: str,
    change: str | None = None,
    *,
    shop: Shop,
    view: View,
    course: Sequence[float] = (),
    less_is_better: bool = False,
    regardless_of: Sequence[str] = (),
    label: str = "",
) -> None:
    """Draw the metric `name` of the registry into `place`.

    `course` is its value on each day. Where `less_is_better`, it is a rise that is drawn in red. `regardless_of` names
    the filters of the view that its marts cannot tell apart: where one of them is set, the tile says that it counts all
    of them. `label` stands for the metric's own where a page says above what is left out of it.
    """
    metric = metrics()[name]
    label = label or metric.label
    if metric.unit == "money":
        label = numbers.labelled(label, view.currency)
    steady = change is not None and change[0] not in "+-"
    drawn = place.container(border=True, gap="xsmall", height="stretch")
    drawn.metric(
        label,
        value,
        change,
        delta_arrow="off" if steady else "auto",
        delta_color="off" if steady else "inverse" if less_is_better else "normal",
        help=metric.help(shop.zone),
    )
    note(view, regardless_of, into=drawn)
    if len(course) > 1:
        drawn.html(sparkline(course))


def all_of(view: View, kinds: Sequence[str]) -> str:
    """What is counted where filters of the view, of these kinds, cannot apply; nothing where none of them is set.

    >>> all_of(View(period, category="garden"), ("category", "country"))  # doctest: +SKIP
    'all categories'
    """
    return ", ".join(ALL_OF[kind] for kind in kinds if getattr(view, kind) is not None)


def note(view: View, kinds: Sequence[str], what: str = "", *, into: DeltaGenerator | None = None) -> None:
    """Say which filters of these kinds do not apply, of `what` where that is not all that is drawn; else nothing."""
    if ignored := all_of(view, kinds):
        (into or st).caption(f"{what}: {ignored}" if what else ignored)


def heading(metric: str, *, shop: Shop, view: View, regardless_of: Sequence[str] = ()) -> None:
    """The title of a chart or a table that shows a metric of the registry, with what it counts as a tile tells it."""
    told = metrics()[metric]
    st.subheader(told.label, help=told.help(shop.zone))
    note(view, regardless_of)

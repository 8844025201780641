"""Tiles: numbers, each with its change, its course over the days, and what it counts.

All of a page are one piece of HTML: as six of Streamlit's metrics, each in a frame of its own, they came a fifth of a
second later.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboards import numbers
from dashboards.metrics import metrics
from dashboards.queries.shop import Shop
from dashboards.sparkline import sparkline
from dashboards.view import View

ALL_OF = {"device": "all devices", "channel": "all channels", "country": "all countries", "category": "all categories"}


def show(tiles: Sequence[str], across: int) -> None:
    """Draw tiles, so many beside each other; on a phone two."""
    st.html(f'<div class="tiles" style="--across: {across}">{"".join(tiles)}</div>')


def tile(
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
) -> str:
    """HTML of the metric `name` of the registry.

    `course` is its value on each day. Where `less_is_better`, it is a rise that is drawn in red. `regardless_of` names
    the filters of the view that its marts cannot tell apart: where one of them is set, the tile says that it counts all
    of them. `label` stands for the metric's own where a page says above what is left out of it.
    """
    metric = metrics()[name]
    label = label or metric.label
    if metric.unit == "money":
        label = numbers.labelled(label, view.currency)
    told = [
        f'<div class="name">{escape(label)}{hint(metric.help(shop.zone))}</div>',
        f'<div class="value">{escape(value)}</div>',
        _change(change, less_is_better) if change else "",
        f'<div class="counted">{ignored}</div>' if (ignored := all_of(view, regardless_of)) else "",
        sparkline(course) if len(course) > 1 else "",
    ]
    return f'<div class="tile">{"".join(told)}</div>'


def hint(text: str) -> str:
    """A question mark that says so much to whoever points at it, comes to it by keyboard or is read to."""
    told = "".join(f"<span>{escape(line)}</span>" for line in text.split("\n\n"))
    return f'<span class="hint" tabindex="0"><b aria-hidden="true">?</b><span class="hinted">{told}</span></span>'


def _change(change: str, less_is_better: bool) -> str:
    """The sign says it to whoever does not see the colour."""
    arrow = {"+": "↑", "-": "↓"}.get(change[0], "")
    mood = ("bad" if (change[0] == "+") == less_is_better else "good") if arrow else "steady"
    return f'<div class="change {mood}"><b aria-hidden="true">{arrow}</b>{escape(change)}</div>'


def all_of(view: View, kinds: Sequence[str]) -> str:
    """What is counted where filters of the view, of these kinds, cannot apply; nothing where none of them is set.

    >>> all_of(View(period, category="garden"), ("category", "country"))  # doctest: +SKIP
    'all categories'
    """
    return ", ".join(ALL_OF[kind] for kind in kinds if getattr(view, kind) is not None)


def note(view: View, kinds: Sequence[str], what: str = "") -> None:
    """Say which filters of these kinds do not apply, of `what` where that is not all that is drawn; else nothing."""
    if ignored := all_of(view, kinds):
        st.caption(f"{what}: {ignored}" if what else ignored)


def heading(metric: str, *, shop: Shop, view: View, regardless_of: Sequence[str] = ()) -> None:
    """The title of a chart or a table that shows a metric of the registry, with what it counts as a tile tells it."""
    told = metrics()[metric]
    st.subheader(told.label, help=told.help(shop.zone))
    note(view, regardless_of)

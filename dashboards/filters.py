"""The filter bar: drawn once by the frame, for all pages. Every choice stands in the address, by its own name.

A link opens the view that it was copied from; what the data does not offer (any more) is left out of it. Only the
period is drawn at first: the other filters wait in a popover, which a browser builds when it is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dashboards import numbers, periods
from dashboards.periods import Period
from dashboards.queries.shop import Options, Shop
from dashboards.view import View, plain


def bar(shop: Shop, options: Options) -> View:
    """Draw the filters into the container at hand; what they say."""
    period = _period(shop.days)
    with st.popover("Filters", key="filters"):
        comparison = _one_of("Compared with", "compare", periods.COMPARISONS)
        currency = _currency(shop.currencies)
        device = _narrowed("Device", "device", options.devices)
        channel = _narrowed("Channel", "channel", options.channels)
        country = _narrowed("Country", "country", options.countries)
        category = _narrowed("Category", "category", options.categories, plain)
    compared = periods.compared(period, comparison, shop.days)
    return View(period, compared, currency, device, channel, country, category)


def said(view: View) -> str:
    """The view in words, for the line under a page's title."""
    against = f", compared with {view.compared}" if view.compared else " (nothing to compare with)"
    return " · ".join([f"{view.period}{against}", *view.narrowed])


def _period(days: Period) -> Period:
    offered = periods.offered(days)
    if len(offered) == 1:
        return days
    default = periods.default(days)
    choice = st.segmented_control(
        "Period",
        offered,
        default=default,
        required=True,
        key="period",
        bind="query-params",
        label_visibility="collapsed",
    )
    if choice != periods.CUSTOM:
        return periods.chosen(choice or default, days)
    custom = st.date_input(
        "From and to",
        value=[],
        min_value=days.first,
        max_value=days.last,
        key="days",
        bind="query-params",
        format="YYYY-MM-DD",
        label_visibility="collapsed",
        width=250,
    )
    return periods.chosen(periods.CUSTOM, days, custom)


def _currency(currencies: Sequence[str | None]) -> str | None:
    if len(currencies) < 2:
        return currencies[0] if currencies else None
    # By their names: an option that is None would be to Streamlit as if nothing was chosen.
    named = {numbers.currency(code): code for code in currencies}
    return named[_one_of("Currency", "currency", list(named))]


def _narrowed(label: str, key: str, options: Sequence[str], written: Callable[[str], str] = str) -> str | None:
    """One of the options, or None for all of them. Nothing is drawn where there is nothing to choose."""
    if len(options) < 2:
        return None
    choice = _one_of(label, key, ["all", *options], written)
    return None if choice == "all" else choice


def _one_of(label: str, key: str, options: Sequence[str], written: Callable[[str], str] = str) -> str:
    choice = st.selectbox(label, options, key=key, bind="query-params", format_func=written)
    return choice if choice in options else options[0]

"""The filter bar: drawn once by the frame, for all pages. Its choices hold over them and stand in the address.

Only the period is drawn at first: the other filters wait in a popover, which a browser builds when it is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from html import escape

import streamlit as st

from dashboards import address, numbers, periods
from dashboards.periods import Period
from dashboards.queries.shop import Options, Shop
from dashboards.view import View, plain

NAMES = ("period", "days", "compare", "currency", "device", "channel", "country", "category")


def bar(shop: Shop, options: Options, page: str) -> View:
    """Draw the filters into the container at hand; what they say. `page` is the one that is shown."""
    chosen = _Chosen(page)
    period = chosen.period(shop.days)
    with st.popover("Filters", key="filters"):
        comparison = chosen.one_of("Compared with", "compare", periods.COMPARISONS)
        currency = chosen.currency(shop.currencies)
        device = chosen.narrowed("Device", "device", options.devices)
        channel = chosen.narrowed("Channel", "channel", options.channels)
        country = chosen.narrowed("Country", "country", options.countries)
        category = chosen.narrowed("Category", "category", options.categories, plain)
    chosen.tell()
    compared = periods.compared(period, comparison, shop.days)
    return View(period, compared, currency, device, channel, country, category)


def said(view: View) -> str:
    """The view in words, as HTML, for the line under a page's title: names in it come from the shop's data, and of
    Markdown even a caption makes links and pictures."""
    against = f", compared with {view.compared}" if view.compared else " (nothing to compare with)"
    return f'<p class="said">{escape(" · ".join([f"{view.period}{against}", *view.narrowed]))}</p>'


class _Chosen:
    """The widgets of one drawing: each starts with what the address asks for, and is told to it where it is not as it
    opens. What is not offered (any more) is given up."""

    def __init__(self, page: str) -> None:
        self._page, self._asked, self._told = page, address.asked(NAMES, page), dict[str, str]()

    def tell(self) -> None:
        address.tell(NAMES, self._page, self._told)

    def period(self, days: Period) -> Period:
        offered, default = periods.offered(days), periods.default(days)
        if len(offered) == 1:
            return days
        self._start("period", offered, default)
        choice = st.segmented_control(
            "Period",
            offered,
            required=True,
            key="period",
            persist_state="session",
            label_visibility="collapsed",
        )
        choice = choice or default
        if choice != default:
            self._told["period"] = choice
        return periods.chosen(choice, days, self._days(days) if choice == periods.CUSTOM else ())

    def _days(self, days: Period) -> Sequence[date]:
        if self._asked is not None:
            st.session_state["days"] = _range(self._asked.get("days", ""), days)
        st.session_state.setdefault("days", ())  # by which Streamlit knows that it is a range
        found = st.date_input(
            "From and to",
            min_value=days.first,
            max_value=days.last,
            key="days",
            persist_state="session",
            format="YYYY-MM-DD",
            label_visibility="collapsed",
            width=250,
        )
        chosen = found if isinstance(found, tuple) else ()
        if len(chosen) == 2:
            self._told["days"] = f"{min(chosen)}..{max(chosen)}"
        return chosen

    def currency(self, currencies: Sequence[str | None]) -> str | None:
        if len(currencies) < 2:
            return currencies[0] if currencies else None
        # By their names: an option that is None would be to Streamlit as if nothing was chosen.
        named = {numbers.currency(code): code for code in currencies}
        return named[self.one_of("Currency", "currency", list(named))]

    def narrowed(
        self, label: str, name: str, options: Sequence[str], written: Callable[[str], str] = str
    ) -> str | None:
        """One of the options, or None for all of them. Nothing is drawn where there is nothing to choose."""
        if len(options) < 2:
            return None
        choice = self.one_of(label, name, ["all", *options], written)
        return None if choice == "all" else choice

    def one_of(self, label: str, name: str, options: Sequence[str], written: Callable[[str], str] = str) -> str:
        self._start(name, options, options[0])
        choice = st.selectbox(label, options, key=name, persist_state="session", format_func=written)
        if choice != options[0]:
            self._told[name] = choice
        return choice

    def _start(self, name: str, options: Sequence[str], default: str) -> None:
        if self._asked is not None:
            st.session_state[name] = self._asked.get(name, default)
        if st.session_state.get(name) not in options:
            st.session_state[name] = default


def _range(text: str, days: Period) -> tuple[date, ...]:
    """The days of an address that lie within the data; none where it names none.

    >>> _range("2025-11-03..2025-11-09", Period(date(2025, 11, 1), date(2025, 11, 8)))
    (datetime.date(2025, 11, 3), datetime.date(2025, 11, 8))
    """
    with suppress(ValueError):
        first, last = sorted(date.fromisoformat(day) for day in text.split(".."))
        if first <= days.last and last >= days.first:
            return max(first, days.first), min(last, days.last)
    return ()

"""The line under every page: how fresh the data is, and what a day and an amount mean there."""

from __future__ import annotations

import streamlit as st

from dashboards import numbers
from dashboards.queries.shop import Shop
from dashboards.view import View
from flows import lock
from flows.settings import Settings


def line(shop: Shop, view: View, settings: Settings) -> None:
    """Draw it; where somebody changes the home just now, it says that this is what was published before."""
    money = f"money in {view.currency}" if view.currency else f"money: {numbers.currency(None)}"
    st.caption(
        f"Data up to {shop.days.last:%-d %B %Y} · published {shop.published_at:%-d %B %Y at %H:%M} UTC · "
        f"days of {shop.zone} · {money}{f' · from {shop.dataset} on BigQuery' if shop.dataset else ''}"
    )
    at_work = lock.at_work(settings)
    if at_work:
        st.caption(
            f"A {at_work.what} is under way since {at_work.since[11:16]} UTC: this is what was published before."
        )

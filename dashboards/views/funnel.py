"""Funnel: how far sessions go, where they end, and for whom that differs."""

from decimal import Decimal
from itertools import pairwise

import streamlit as st

from dashboards import charts, downloads, numbers, tables, tiles
from dashboards.frame import show
from dashboards.published import Published
from dashboards.queries import funnel as queries
from dashboards.queries.funnel import Funnel
from dashboards.queries.sessions import sessions
from dashboards.queries.shop import Shop
from dashboards.view import View

STEPS = ("Sessions", "Saw a product", "Put it into the cart", "Went to the checkout", "Bought")
RATES = {"view_rate": "To a product", "cart_rate": "To the cart", "checkout_rate": "To the checkout"}
RATES |= {"purchase_rate": "To the purchase"}
NOTHING = "No session began in this period."
DRAWN = 12
RULE = (
    "By session, not by user. A step counts the sessions that also took all steps before it, in whatever order; "
    "who bought has been at the checkout."
)


def page(copy: Published, shop: Shop, view: View) -> None:
    now = queries.funnel(copy, view.period, view.slice, view.category)
    days = queries.days(copy, view.period, view.slice, view.category)
    st.caption(RULE)
    _tiles(copy, shop, view, now, days)
    _steps(copy, view, now)
    _trend(view, days)
    _split(copy, view)


def _rates(funnel: Funnel) -> dict[str, tuple[int, int]]:
    """Of each rate, how many came to its step, and of how many."""
    steps = {name: (after, before) for name, (before, after) in zip(RATES, pairwise(funnel.counts), strict=True)}
    return {**steps, "funnel_rate": (funnel.purchases, funnel.sessions)}


def _rate(funnel: Funnel, name: str) -> Decimal | None:
    """In percent; None where nobody was at the step before, which is not the same as 0."""
    return _percent(*_rates(funnel)[name])


def _percent(part: int, whole: int) -> Decimal | None:
    share = numbers.share(part, whole)
    return None if share is None else round(share, 4)  # as many places as a file needs


def _tiles(copy: Published, shop: Shop, view: View, now: Funnel, days: list[tuple[str, Funnel]]) -> None:
    was = queries.NOTHING
    if view.compared:
        was = queries.funnel(copy, view.compared, view.slice, view.category)
    first, *places = tiles.row(6)
    tiles.tile(
        first,
        "funnel_sessions",
        numbers.count(now.sessions),
        numbers.change(now.sessions, was.sessions),
        shop=shop,
        view=view,
        course=[funnel.sessions for _, funnel in days],
    )
    for place, name in zip(places, _rates(now), strict=True):
        rate = _rate(now, name)
        tiles.tile(
            place,
            name,
            numbers.percent(rate),
            numbers.points(rate, _rate(was, name)),
            shop=shop,
            view=view,
            course=[float(told) for _, funnel in days if (told := _rate(funnel, name)) is not None],
        )


def _steps(copy: Published, view: View, now: Funnel) -> None:
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        st.subheader("How far sessions went")
        if not now.sessions:
            st.caption(NOTHING)
        else:
            reached = [{"step": step, "count": count} for step, count in zip(STEPS, now.counts, strict=True)]
            st.altair_chart(
                charts.bars_by_name(reached, "step", "count", "Sessions"),
                alt="Bar chart of the sessions that came as far as each step.",
            )
            if said := _left_over(copy, view, now):
                st.caption(said)
    with right.container(border=True, height="stretch"):
        st.subheader("Where they ended")
        tables.show(
            [
                {
                    "Step": step,
                    "Sessions": count,
                    "Of all, %": _percent(count, now.sessions),
                    "Went on, %": _percent(after, count) if after is not None else None,
                    "Ended here": count - (after or 0) if after is not None else None,
                }
                for step, count, after in zip(STEPS, now.counts, [*now.counts[1:], None], strict=True)
                if now.sessions
            ],
            {"Sessions": numbers.count, "Of all, %": numbers.amount, "Went on, %": numbers.amount}
            | {"Ended here": numbers.count},
            name="funnel",
            view=view,
            nothing=NOTHING,
        )


def _left_over(copy: Published, view: View, now: Funnel) -> str | None:
    """What the Overview's conversion counts, too; of a category that cannot be told."""
    if view.category:
        return None
    converted = sessions(copy, view.period, view.slice).converted
    if converted == now.purchases:
        return None
    return (
        "Sessions that bought without having seen the product or used the cart in the same session: "
        f"{numbers.count(converted - now.purchases)}. Conversion on the Overview counts them, too."
    )


def _trend(view: View, days: list[tuple[str, Funnel]]) -> None:
    with st.container(border=True):
        st.subheader("Rate of each step a day, %")
        if not any(funnel.sessions for _, funnel in days):
            st.caption(NOTHING)
            return
        rates = [
            {"date": date} | {name: None if (told := _rate(funnel, name)) is None else float(told) for name in RATES}
            for date, funnel in days
        ]
        st.altair_chart(
            charts.lines_per_day(rates, RATES, "Percent of the step before", ",.2f"),
            alt=f"The share of each step's sessions that took the next one, for each day of {view.period}.",
        )
        table = [{"Day": date[:10]} | dict(zip(STEPS, funnel.counts, strict=True)) for date, funnel in days]
        downloads.offer(lambda: table, "funnel_days", view)


def _split(copy: Published, view: View) -> None:
    with st.container(border=True):
        title, choice = st.columns([1, 1], vertical_alignment="center")
        title.subheader("For whom it differs")
        with choice.container(horizontal=True, horizontal_alignment="right"):
            by = (
                st.segmented_control(
                    "Divided by",
                    [name.capitalize() for name in queries.SPLITS],
                    default="Device",
                    required=True,
                    key="split",
                    bind="query-params",
                    label_visibility="collapsed",
                )
                or "Device"
            )
        if by == "Category":
            st.caption(
                "A session counts in each category of which it touched a product, and goes as far in it as with those: "
                "categories do not add up to all sessions."
            )
        rows = [
            {by: name, "Sessions": funnel.sessions}
            | {f"{label}, %": _rate(funnel, rate) for rate, label in RATES.items()}
            | {"Bought": funnel.purchases, "Bought, % of all": _rate(funnel, "funnel_rate")}
            for name, funnel in queries.split(copy, view.period, view.slice, view.category, by.lower())
        ]
        rates = {f"{label}, %": numbers.amount for label in RATES.values()}
        tables.show(
            rows[:DRAWN],
            {"Sessions": numbers.count, **rates, "Bought": numbers.count, "Bought, % of all": numbers.amount},
            name=f"funnel_by_{by.lower()}",
            view=view,
            whole=lambda: rows,
            nothing=NOTHING,
        )
        if len(rows) > DRAWN:
            st.caption(f"The first {DRAWN} of {len(rows)} by sessions; the files have all.")


show(page)

"""Funnel: how far sessions or users go, where they end, and for whom that differs."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

import streamlit as st

from dashboards import charts, downloads, numbers, tables, tiles, ways
from dashboards.choices import one_of
from dashboards.frame import show
from dashboards.published import Published
from dashboards.queries import funnel as queries
from dashboards.queries.funnel import Funnel
from dashboards.queries.sessions import sessions
from dashboards.queries.shop import Shop
from dashboards.queries.visitors import LONGEST
from dashboards.view import View
from dashboards.ways import Way

STEPS = ("Saw a product", "Put it into the cart", "Went to the checkout", "Bought")
RATES = {"view_rate": "To a product", "cart_rate": "To the cart", "checkout_rate": "To the checkout"}
RATES |= {"purchase_rate": "To the purchase"}
LABELS = RATES | {"funnel_rate": "All steps"}
DRAWN = 12


def page(copy: Published, shop: Shop, view: View) -> None:
    way = ways.choose()
    st.caption(way.rule)
    if not way.can_tell(view.period):
        st.info(
            f"Users can be told for up to {LONGEST} days, and this period has {view.period.days}: "
            "choose a shorter one, or count sessions."
        )
        return
    now = way.funnel(copy, view, view.period)
    days = way.days(copy, view)
    _tiles(copy, shop, view, way, now, days)
    _steps(copy, view, way, now)
    _trend(view, way, days)
    _split(copy, view, way)


def _rates(funnel: Funnel) -> dict[str, tuple[int, int]]:
    """Of each rate, how many came to its step, and of how many."""
    steps = {name: (after, before) for name, (before, after) in zip(RATES, pairwise(funnel.counts), strict=True)}
    return {**steps, "funnel_rate": (funnel.purchases, funnel.came)}


def _rate(funnel: Funnel, name: str) -> Decimal | None:
    """In percent; None where nobody was at the step before, which is not the same as 0."""
    return _percent(*_rates(funnel)[name])


def _percent(part: int, whole: int) -> Decimal | None:
    share = numbers.share(part, whole)
    return None if share is None else round(share, 4)  # as many places as a file needs


def _tiles(copy: Published, shop: Shop, view: View, way: Way, now: Funnel, days: Sequence[tuple[str, Funnel]]) -> None:
    was = way.funnel(copy, view, view.compared) if view.compared else queries.NOTHING
    came = tiles.tile(
        way.metric("funnel_sessions"),
        numbers.count(now.came),
        numbers.change(now.came, was.came),
        shop=shop,
        view=view,
        course=[funnel.came for _, funnel in days],
        regardless_of=way.regardless_of(view),
    )
    rates = [
        tiles.tile(
            way.metric(name),
            numbers.percent(rate := _rate(now, name)),
            numbers.points(rate, _rate(was, name)),
            shop=shop,
            view=view,
            label=LABELS[name],
            course=[float(told) for _, funnel in days if (told := _rate(funnel, name)) is not None],
            regardless_of=way.regardless_of(view),
        )
        for name in _rates(now)
    ]
    tiles.show([came, *rates], across=6)


def _steps(copy: Published, view: View, way: Way, now: Funnel) -> None:
    left, right = st.columns(2)
    names = (way.of, *STEPS)
    with left.container(border=True, height="stretch"):
        st.subheader(f"How far {way.of.lower()} went")
        tiles.note(view, way.regardless_of(view))
        if not now.came:
            st.caption(way.nothing)
        else:
            st.html(
                charts.bars_by_name(
                    list(zip(names, now.counts, strict=True)),
                    way.of,
                    alt=f"Bar chart of the {way.of.lower()} that came as far as each step.",
                )
            )
            if said := _left_over(copy, view, way, now):
                st.caption(said)
    with right.container(border=True, height="stretch"):
        st.subheader("Where they ended")
        tiles.note(view, way.regardless_of(view))
        tables.show(
            [
                {
                    "Step": step,
                    way.of: count,
                    "Of all, %": _percent(count, now.came),
                    "Went on, %": _percent(after, count) if after is not None else None,
                    "Ended here": count - (after or 0) if after is not None else None,
                }
                for step, count, after in zip(names, now.counts, [*now.counts[1:], None], strict=True)
                if now.came
            ],
            {way.of: numbers.count, "Of all, %": numbers.amount, "Went on, %": numbers.amount}
            | {"Ended here": numbers.count},
            name=way.file("funnel"),
            view=view,
            nothing=way.nothing,
        )


def _left_over(copy: Published, view: View, way: Way, now: Funnel) -> str | None:
    """What the Overview's conversion counts, too; of users, and of a category, that cannot be told."""
    if way.is_of_users or view.category:
        return None
    converted = sessions(copy, view.period, view.slice).converted
    if converted == now.purchases:
        return None
    missed = "seen the product or used the cart in the same session"
    if way.is_in_order:
        missed = "seen the product, then used the cart, in the same session"
    return (
        f"Sessions that bought without having {missed}: "
        f"{numbers.count(converted - now.purchases)}. Conversion on the Overview counts them, too."
    )


def _trend(view: View, way: Way, days: Sequence[tuple[str, Funnel]]) -> None:
    with st.container(border=True):
        st.subheader("Rate of each step a day, %")
        tiles.note(view, way.regardless_of(view))
        if not any(funnel.came for _, funnel in days):
            st.caption(way.nothing)
            return
        rates = [
            {"date": date} | {name: None if (told := _rate(funnel, name)) is None else float(told) for name in RATES}
            for date, funnel in days
        ]
        st.html(
            charts.lines_per_day(
                rates,
                RATES,
                alt=f"The share of each step's {way.of.lower()} that took the next one, for each day of {view.period}.",
            )
        )
        table = [{"Day": date[:10]} | dict(zip((way.of, *STEPS), funnel.counts, strict=True)) for date, funnel in days]
        if way.is_of_users:
            st.caption("Each day by itself: what a user did on several days counts in the numbers of the period only.")
        downloads.offer(lambda: table, way.file("funnel_days"), view)


def _split(copy: Published, view: View, way: Way) -> None:
    with st.container(border=True):
        title, choice = st.columns([1, 1], vertical_alignment="center")
        title.subheader("For whom it differs")
        with choice.container(horizontal=True, horizontal_alignment="right"):
            by = one_of("Divided by", [name.capitalize() for name in queries.SPLITS], "split")
        if way.is_of_users and by == "Category":
            st.caption("Users are not told by category: count sessions, or choose another division.")
            return
        if way.is_of_users:
            st.caption(f"Who came by more than one {by.lower()} is in each, as far as with the sessions of it.")
            others = [kind for kind in ("device", "channel", "country", "category") if kind != by.lower()]
            tiles.note(view, others)
        if by == "Category":
            st.caption(
                "A session counts in each category of which it touched a product, and goes as far in it as with those: "
                "categories do not add up to all sessions."
            )
        rows = [
            {by: name, way.of: funnel.came}
            | {f"{label}, %": _rate(funnel, rate) for rate, label in RATES.items()}
            | {"Bought": funnel.purchases, "Bought, % of all": _rate(funnel, "funnel_rate")}
            for name, funnel in way.split(copy, view, by.lower())
        ]
        rates = {f"{label}, %": numbers.amount for label in RATES.values()}
        tables.show(
            rows[:DRAWN],
            {way.of: numbers.count, **rates, "Bought": numbers.count, "Bought, % of all": numbers.amount},
            name=way.file(f"funnel_by_{by.lower()}"),
            view=view,
            whole=lambda: rows,
            nothing=way.nothing,
        )
        if len(rows) > DRAWN:
            st.caption(f"The first {DRAWN} of {len(rows)} by {way.of.lower()}; the files have all.")


show(page)

"""The Overview: how the shop did in a period, against the same number of days before."""

import streamlit as st

from dashboards import charts, numbers, periods, queries, tables
from dashboards.periods import Period
from dashboards.published import Published
from dashboards.queries import Kpis, Shop
from flows.errors import ShopflowError

MEANING = {
    "visitors": "Users, or browsers and apps where nobody is signed in, with a session that began in the period.",
    "sessions": "Visits without a pause of more than 30 minutes that began in the period.",
    "orders": "Orders placed in the period, in whatever currency.",
    "conversion": "Sessions with a purchase, of all sessions.",
    "net": "Sales minus discounts minus refunds, each on its own day.",
    "average": "Sales minus discounts for each order placed in the period in this currency. Refunds are not taken off.",
}


def page() -> None:
    """Draw the page from what is published now, or say in one sentence why there is nothing to draw."""
    try:
        copy = queries.current_copy()
        shop = queries.shop(copy)
        period, currency = _head(shop)
        _body(copy, shop, period, currency)
    except ShopflowError as problem:
        st.info(str(problem), icon=None)


def _head(shop: Shop) -> tuple[Period, str | None]:
    """The title and the choices beside it: the period, and the currency where the shop has several."""
    title, choices = st.columns([1, 2], vertical_alignment="bottom")
    title.title("Overview")
    currency = shop.currencies[0] if shop.currencies else None
    with choices.container(horizontal=True, horizontal_alignment="right", vertical_alignment="bottom"):
        if len(shop.currencies) > 1:
            # By their names: an option that is None would be to Streamlit as if nothing was chosen.
            named = {numbers.currency(code): code for code in shop.currencies}
            currency = named[st.selectbox("Currency", list(named), width=150, key="currency", bind="query-params")]
        offered = periods.offered(shop.days)
        if len(offered) == 1:
            return shop.days, currency
        choice = st.segmented_control(
            "Period",
            offered,
            default=periods.default(shop.days),
            required=True,
            key="period",
            bind="query-params",
        )
    return periods.chosen(choice or periods.EVERYTHING, shop.days), currency


def _body(copy: Published, shop: Shop, period: Period, currency: str | None) -> None:
    earlier = period.before()
    now = queries.kpis(copy, period.first, period.last, currency)
    before = queries.kpis(copy, earlier.first, earlier.last, currency) if earlier.first >= shop.days.first else None
    st.caption(f"{period}, compared with {earlier}" if before else f"{period} (no earlier period to compare with)")
    _tiles(now, before, currency)
    _charts(copy, period, currency)
    _products(copy, period, currency)
    money = f"money in {currency}" if currency else "money whose currency the source does not tell"
    st.caption(
        f"Data up to {shop.days.last:%-d %B %Y} · published {shop.published_at:%-d %B %Y at %H:%M} UTC · "
        f"days of {shop.zone} · {money}{f' · from {shop.dataset} on BigQuery' if shop.dataset else ''}"
    )


def _tiles(now: Kpis, before: Kpis | None, currency: str | None) -> None:
    was = before or queries.NOTHING
    rate, rate_before = numbers.share(now.converted, now.sessions), numbers.share(was.converted, was.sessions)
    tiles = [
        ("visitors", "Visitors", numbers.count(now.visitors), numbers.change(now.visitors, was.visitors)),
        ("sessions", "Sessions", numbers.count(now.sessions), numbers.change(now.sessions, was.sessions)),
        ("orders", "Orders", numbers.count(now.orders), numbers.change(now.orders, was.orders)),
        ("conversion", "Conversion", numbers.percent(rate), numbers.points(rate, rate_before)),
        ("net", numbers.labelled("Net revenue", currency), numbers.amount(now.net), numbers.change(now.net, was.net)),
        (
            "average",
            numbers.labelled("Average order", currency),
            numbers.amount(now.average),
            numbers.change(now.average, was.average),
        ),
    ]
    for column, (name, label, value, change) in zip(st.columns(len(tiles)), tiles, strict=True):
        steady = change is not None and change[0] not in "+-"
        arrow, color = ("off", "off") if steady else ("auto", "normal")
        column.metric(label, value, change, delta_arrow=arrow, delta_color=color, border=True, help=MEANING[name])


def _charts(copy: Published, period: Period, currency: str | None) -> None:
    days = queries.days(copy, period.first, period.last, currency)
    left, right = st.columns(2)
    with left.container(border=True):
        st.subheader("Net revenue and orders a day")
        st.altair_chart(
            charts.bars_and_line_per_day(
                days, ("net", numbers.labelled("Net revenue", currency)), ("orders", "Orders")
            ),
            alt=f"Net revenue as bars and orders as a line, for each day of {period}.",
        )
    with right.container(border=True):
        st.subheader("Visitors and sessions a day")
        st.altair_chart(
            charts.lines_per_day(days, {"visitors": "Visitors", "sessions": "Sessions"}),
            alt=f"Visitors and sessions as lines, for each day of {period}.",
        )


def _products(copy: Published, period: Period, currency: str | None) -> None:
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        st.subheader(numbers.labelled("Top categories by net revenue", currency))
        categories = queries.categories(copy, period.first, period.last, currency)
        if categories:
            st.altair_chart(
                charts.bars_by_name(categories, "category", "net", "Net revenue"),
                alt="Bar chart of the categories with the highest net revenue.",
            )
        else:
            st.caption("Nothing was sold in this period.")
    with right.container(border=True, height="stretch"):
        st.subheader(numbers.labelled("Top products by net revenue", currency))
        products = queries.products(copy, period.first, period.last, currency)
        if products:
            st.html(tables.table(products, {"Units": numbers.count, "Net revenue": numbers.amount}))
        else:
            st.caption("Nothing was sold in this period.")


page()

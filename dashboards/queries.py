"""Everything that the dashboards ask, and the only SQL in this folder: the published marts, read-only, cached.

The SQL is what DuckDB and BigQuery both take. What is published is part of every key, so that a publication is seen at
once; answers are kept for a bounded time, so that a page that nobody looks at any more holds no memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import streamlit as st

from dashboards.periods import Period
from dashboards.published import Marts, NothingToShow, Published, published_at, rows
from dashboards.published import current_copy as current_copy

LIFE = "15 minutes"
TOP = 8


@dataclass(frozen=True)
class Shop:
    """What is published: its days, its currencies (most orders first), its zone, when that was.

    `dataset` is where the marts are on BigQuery, None for a serving copy.
    """

    days: Period
    currencies: tuple[str | None, ...]
    zone: str
    published_at: datetime
    dataset: str | None = None


@dataclass(frozen=True)
class Kpis:
    """A period's numbers. `net` and `average` are in one currency; `converted` counts the sessions with a purchase."""

    visitors: int
    sessions: int
    converted: int
    orders: int
    net: Decimal
    average: Decimal | None


NOTHING = Kpis(visitors=0, sessions=0, converted=0, orders=0, net=Decimal(0), average=None)


@st.cache_data(ttl=LIFE, max_entries=8, show_spinner=False)
def shop(copy: Published) -> Shop:
    """What `copy` is about. Raises NothingToShow where its marts are empty."""
    (found,) = rows(
        copy,
        """
        select
            (select min(event_date) from marts.fct_daily_engagement) as first_date,
            (select max(event_date) from marts.fct_daily_engagement) as last_date,
            (select value from ops.settings where name = 'reporting_timezone') as zone
        """,
    )
    if found["last_date"] is None:
        raise NothingToShow("The published data holds no event yet: `shopflow run --source PATH` brings some.")
    currencies = rows(
        copy,
        """
        with

        orders as (

            select
                currency,
                count(*) as orders
            from marts.fct_orders
            where purchase_lines > 0
            group by currency

        ),

        -- of refunds, too: what is paid back in a currency of its own, or in none that is told, counts as well
        currencies as (

            select distinct currency
            from marts.fct_revenue

        )

        select currencies.currency
        from currencies
        left join orders on coalesce(currencies.currency, '') = coalesce(orders.currency, '')
        order by coalesce(orders.orders, 0) desc, currencies.currency nulls last
        """,
    )
    return Shop(
        Period(found["first_date"], found["last_date"]),
        tuple(row["currency"] for row in currencies),
        found["zone"] or "UTC",
        published_at(copy),
        copy.dataset if isinstance(copy, Marts) else None,
    )


@st.cache_data(ttl=LIFE, max_entries=64, show_spinner=False)
def kpis(copy: Published, first: date, last: date, currency: str | None) -> Kpis:
    """The numbers of the days `first` to `last`: orders in all currencies, money in `currency` (None is one, too)."""
    (found,) = rows(
        copy,
        """
        with

        visits as (

            select
                count(distinct visitor_id) as visitors,
                count(*) as sessions,
                coalesce(sum(case when is_converted then 1 else 0 end), 0) as converted
            from marts.fct_sessions
            where session_date between @first and @last

        ),

        orders as (

            select
                count(distinct order_key) as orders,
                sum(
                    case when currency is not distinct from @currency then gross_amount - discount_amount end
                ) as ordered,
                sum(case when currency is not distinct from @currency then 1 else 0 end) as orders_in_currency
            from marts.fct_orders
            where order_date between @first and @last
                and purchase_lines > 0

        ),

        revenue as (

            select coalesce(sum(net_amount), 0) as net
            from marts.fct_revenue
            where event_date between @first and @last
                and currency is not distinct from @currency

        )

        select * from visits cross join orders cross join revenue
        """,
        first=first,
        last=last,
        currency=currency,
    )
    ordered, orders = found.pop("ordered"), found.pop("orders_in_currency")
    return Kpis(**found, average=ordered / orders if orders else None)


@st.cache_data(ttl=LIFE, max_entries=64, show_spinner=False)
def days(copy: Published, first: date, last: date, currency: str | None) -> list[dict[str, Any]]:
    """One row a day, days without an event included: `visitors`, `sessions`, `orders`, and `net` for a chart.

    `date` is midnight as ISO text without a zone: a browser reads that in its own zone, so that no day shifts.
    """
    found = rows(
        copy,
        """
        with

        orders as (

            select
                order_date,
                count(distinct order_key) as orders
            from marts.fct_orders
            where order_date between @first and @last
                and purchase_lines > 0
            group by order_date

        ),

        revenue as (

            select
                event_date,
                sum(net_amount) as net
            from marts.fct_revenue
            where event_date between @first and @last
                and currency is not distinct from @currency
            group by event_date

        )

        select
            engagement.event_date as date,
            engagement.dau as visitors,
            engagement.sessions,
            coalesce(orders.orders, 0) as orders,
            coalesce(revenue.net, 0) as net
        from marts.fct_daily_engagement as engagement
        left join orders on engagement.event_date = orders.order_date
        left join revenue on engagement.event_date = revenue.event_date
        where engagement.event_date between @first and @last
        order by engagement.event_date
        """,
        first=first,
        last=last,
        currency=currency,
    )
    return [row | {"date": f"{row['date']}T00:00:00", "net": float(row["net"])} for row in found]


@st.cache_data(ttl=LIFE, max_entries=64, show_spinner=False)
def categories(copy: Published, first: date, last: date, currency: str | None) -> list[dict[str, Any]]:
    """The first-level categories with the highest net revenue: `category`, and `net` for a chart."""
    found = rows(
        copy,
        """
        select
            coalesce(replace(products.category_level_1, '_', ' '), 'no category') as name,
            sum(revenue.net_amount) as net
        from marts.fct_revenue as revenue
        left join marts.dim_products as products on revenue.product_id = products.product_id
        where revenue.event_date between @first and @last
            and revenue.currency is not distinct from @currency
        group by name
        order by net desc, name
        limit @top
        """,
        first=first,
        last=last,
        currency=currency,
        top=TOP,
    )
    return [{"category": row["name"], "net": float(row["net"])} for row in found]


@st.cache_data(ttl=LIFE, max_entries=64, show_spinner=False)
def products(copy: Published, first: date, last: date, currency: str | None) -> list[dict[str, Any]]:
    """The products with the highest net revenue: `Product`, `Units`, `Net revenue` as a decimal."""
    found = rows(
        copy,
        """
        select
            coalesce(max(products.product_name), 'product ' || revenue.product_id) as name,
            cast(sum(revenue.units) as int64) as units,
            sum(revenue.net_amount) as net
        from marts.fct_revenue as revenue
        left join marts.dim_products as products on revenue.product_id = products.product_id
        where revenue.event_date between @first and @last
            and revenue.currency is not distinct from @currency
        group by revenue.product_id
        order by net desc, revenue.product_id
        limit @top
        """,
        first=first,
        last=last,
        currency=currency,
        top=TOP,
    )
    return [{"Product": row["name"], "Units": row["units"], "Net revenue": row["net"]} for row in found]

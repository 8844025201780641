"""Everything that the dashboards ask, and the only SQL in this folder: the published marts, read-only, cached.

A serving copy never changes once it is published, so its real path is the cache key; the copy that is current is looked
up at every interaction. Connections live for one question, so that a copy which was replaced can be deleted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import streamlit as st

from dashboards.periods import Period
from flows import serving
from flows.errors import ShopflowError
from flows.settings import load_settings

LIFE = "15 minutes"
TOP = 8


class NothingToShow(ShopflowError):
    """There is no serving copy, or none that can be read: the text says what to do."""


@dataclass(frozen=True)
class Shop:
    """What a serving copy is about: its days, its currencies (most orders first), its zone, when it was published."""

    days: Period
    currencies: tuple[str | None, ...]
    zone: str
    published_at: datetime


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


def current_copy() -> Path:
    """The real path of the serving copy that is current now. Raises NothingToShow where there is none."""
    settings = load_settings()
    copy = serving.current(settings)
    if copy is None:
        raise NothingToShow(
            f"There is no data to show yet: `make run` makes some and publishes it to {settings.serving}, "
            "then reload this page."
        )
    return copy


@st.cache_data(ttl=LIFE, max_entries=8, show_spinner=False)
def shop(copy: Path) -> Shop:
    """What `copy` is about. Raises NothingToShow where its marts are empty."""
    (found,) = _rows(
        copy,
        """
        select
            (select min(event_date) from marts.fct_daily_engagement) as first_date,
            (select max(event_date) from marts.fct_daily_engagement) as last_date,
            (select published_at from ops.publication) as published_at,
            (select value from ops.settings where name = 'reporting_timezone') as zone
        """,
    )
    if found["last_date"] is None:
        raise NothingToShow("The published data holds no event yet: `shopflow run --source PATH` brings some.")
    currencies = _rows(
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
        left join orders on currencies.currency is not distinct from orders.currency
        order by coalesce(orders.orders, 0) desc, currencies.currency nulls last
        """,
    )
    return Shop(
        Period(found["first_date"], found["last_date"]),
        tuple(row["currency"] for row in currencies),
        found["zone"] or "UTC",
        found["published_at"].replace(tzinfo=UTC),
    )


@st.cache_data(ttl=LIFE, max_entries=64, show_spinner=False)
def kpis(copy: Path, first: date, last: date, currency: str | None) -> Kpis:
    """The numbers of the days `first` to `last`: orders in all currencies, money in `currency` (None is one, too)."""
    (found,) = _rows(
        copy,
        """
        with

        visits as (

            select
                count(distinct visitor_id) as visitors,
                count(*) as sessions,
                count(*) filter (is_converted) as converted
            from marts.fct_sessions
            where session_date between $first and $last

        ),

        orders as (

            select
                count(distinct order_key) as orders,
                sum(gross_amount - discount_amount) filter (currency is not distinct from $currency) as ordered,
                count(*) filter (currency is not distinct from $currency) as orders_in_currency
            from marts.fct_orders
            where order_date between $first and $last
                and purchase_lines > 0

        ),

        revenue as (

            select coalesce(sum(net_amount), 0) as net
            from marts.fct_revenue
            where event_date between $first and $last
                and currency is not distinct from $currency

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
def days(copy: Path, first: date, last: date, currency: str | None) -> list[dict[str, Any]]:
    """One row a day, days without an event included: `visitors`, `sessions`, `orders`, and `net` for a chart.

    `date` is midnight as ISO text without a zone: a browser reads that in its own zone, so that no day shifts.
    """
    return _rows(
        copy,
        """
        with

        orders as (

            select
                order_date,
                count(distinct order_key) as orders
            from marts.fct_orders
            where order_date between $first and $last
                and purchase_lines > 0
            group by order_date

        ),

        revenue as (

            select
                event_date,
                sum(net_amount) as net
            from marts.fct_revenue
            where event_date between $first and $last
                and currency is not distinct from $currency
            group by event_date

        )

        select
            strftime(engagement.event_date, '%Y-%m-%dT00:00:00') as date,
            engagement.dau as visitors,
            engagement.sessions,
            coalesce(orders.orders, 0) as orders,
            cast(coalesce(revenue.net, 0) as double) as net
        from marts.fct_daily_engagement as engagement
        left join orders on engagement.event_date = orders.order_date
        left join revenue on engagement.event_date = revenue.event_date
        where engagement.event_date between $first and $last
        order by engagement.event_date
        """,
        first=first,
        last=last,
        currency=currency,
    )


@st.cache_data(ttl=LIFE, max_entries=64, show_spinner=False)
def categories(copy: Path, first: date, last: date, currency: str | None) -> list[dict[str, Any]]:
    """The first-level categories with the highest net revenue: `category`, and `net` for a chart."""
    return _rows(
        copy,
        """
        select
            coalesce(replace(dim_products.category_level_1, '_', ' '), 'no category') as category,
            cast(sum(fct_revenue.net_amount) as double) as net
        from marts.fct_revenue
        left join marts.dim_products on fct_revenue.product_id = dim_products.product_id
        where fct_revenue.event_date between $first and $last
            and fct_revenue.currency is not distinct from $currency
        group by 1
        order by sum(fct_revenue.net_amount) desc, category
        limit $top
        """,
        first=first,
        last=last,
        currency=currency,
        top=TOP,
    )


@st.cache_data(ttl=LIFE, max_entries=64, show_spinner=False)
def products(copy: Path, first: date, last: date, currency: str | None) -> list[dict[str, Any]]:
    """The products with the highest net revenue: `Product`, `Units`, `Net revenue` as a decimal."""
    return _rows(
        copy,
        """
        select
            coalesce(max(dim_products.product_name), 'product ' || fct_revenue.product_id) as "Product",
            cast(sum(fct_revenue.units) as bigint) as "Units",
            sum(fct_revenue.net_amount) as "Net revenue"
        from marts.fct_revenue
        left join marts.dim_products on fct_revenue.product_id = dim_products.product_id
        where fct_revenue.event_date between $first and $last
            and fct_revenue.currency is not distinct from $currency
        group by fct_revenue.product_id
        order by sum(fct_revenue.net_amount) desc, fct_revenue.product_id
        limit $top
        """,
        first=first,
        last=last,
        currency=currency,
        top=TOP,
    )


def _rows(copy: Path, sql: str, **parameters: object) -> list[dict[str, Any]]:
    """The rows of one question. Raises NothingToShow where the copy cannot be read or lacks what is asked for."""
    try:
        with duckdb.connect(copy, read_only=True, config={"autoinstall_known_extensions": "false"}) as connection:
            result = connection.execute(sql, parameters)
            names = [column[0] for column in result.description]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    except duckdb.Error as error:
        raise NothingToShow(
            f"The published data in {copy.name} cannot be read; `shopflow run --full-refresh` publishes it anew "
            f"({str(error).splitlines()[0]})."
        ) from error

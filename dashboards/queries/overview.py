"""What the Overview asks: the period's numbers, the same by day, and what sold best.

`date` of a row is midnight as ISO text without a zone: a browser reads that in its own zone, so that no day shifts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dashboards.numbers import share
from dashboards.periods import Period
from dashboards.published import Published, rows
from dashboards.queries import IN_SLICE, cached, in_category, of_slice
from dashboards.queries.visitors import visitors, visitors_by_day
from dashboards.view import Slice, plain

TOP = 8
EVERYTHING = Slice()


@dataclass(frozen=True)
class Kpis:
    """A period's numbers. `visitors` is None where it is too long to tell them apart. `net` and `average` are in one
    currency; `converted` counts the sessions with a purchase."""

    visitors: int | None
    sessions: int
    converted: int
    orders: int
    net: Decimal
    average: Decimal | None


NOTHING = Kpis(visitors=0, sessions=0, converted=0, orders=0, net=Decimal(0), average=None)


def kpis(
    copy: Published, period: Period, currency: str | None, part: Slice = EVERYTHING, category: str | None = None
) -> Kpis:
    """The numbers of a period: orders in all currencies, money in `currency` (None is one, too).

    All but the visitors are the sums of its days: an order has one day, whatever its currencies. Of a category only
    what is paid for its products can be told: it narrows `net` alone.
    """
    found = _by_day(copy, period, currency, part, category)
    sums = {name: sum(row[name] for row in found) for name in ("sessions", "converted", "orders")}
    return Kpis(
        **sums,
        visitors=visitors(copy, period, part),
        net=sum((row["net"] for row in found), Decimal(0)),
        average=_average(found),
    )


def days(
    copy: Published, period: Period, currency: str | None, part: Slice = EVERYTHING, category: str | None = None
) -> list[dict[str, Any]]:
    """One row a day, days without an event included: `visitors`, `sessions`, `converted`, `orders`, and, for
    charts, `net`, `average` order and conversion `rate` in percent."""
    active = visitors_by_day(copy, period, part)
    return [
        {name: row[name] for name in ("sessions", "converted", "orders")}
        | {"date": f"{row['date']}T00:00:00", "visitors": active.get(f"{row['date']}", 0)}
        | {"net": float(row["net"]), "average": float(_average([row]) or 0)}
        | {"rate": float(share(row["converted"], row["sessions"]) or 0)}
        for row in _by_day(copy, period, currency, part, category)
    ]


def _average(rows: Sequence[dict[str, Any]]) -> Decimal | None:
    orders = sum(row["orders_in_currency"] for row in rows)
    return sum((row["ordered"] for row in rows), Decimal(0)) / orders if orders else None


@cached
def _by_day(
    copy: Published, period: Period, currency: str | None, part: Slice, category: str | None
) -> list[dict[str, Any]]:
    """What can be added up, one row a day; `ordered` and `orders_in_currency` are what an average is made of."""
    return rows(
        copy,
        f"""
        with

        visits as (

            select
                session_date,
                cast(sum(sessions) as int64) as sessions,
                cast(sum(converted_sessions) as int64) as converted
            from marts.fct_session_lengths
            where session_date between @first and @last
                and {IN_SLICE}
            group by session_date

        ),

        orders as (

            select
                order_date,
                count(distinct order_key) as orders,
                sum(
                    case when currency is not distinct from @currency then gross_amount - discount_amount end
                ) as ordered,
                sum(case when currency is not distinct from @currency then 1 else 0 end) as orders_in_currency
            from marts.fct_orders
            where order_date between @first and @last
                and purchase_lines > 0
                and {IN_SLICE}
            group by order_date

        ),

        revenue as (

            select
                event_date,
                sum(net_amount) as net
            from marts.fct_revenue
            where event_date between @first and @last
                and currency is not distinct from @currency
                and {IN_SLICE}
                {in_category(category)}
            group by event_date

        )

        select
            engagement.event_date as date,
            coalesce(visits.sessions, 0) as sessions,
            coalesce(visits.converted, 0) as converted,
            coalesce(orders.orders, 0) as orders,
            coalesce(orders.ordered, 0) as ordered,
            coalesce(orders.orders_in_currency, 0) as orders_in_currency,
            coalesce(revenue.net, 0) as net
        from marts.fct_daily_engagement as engagement
        left join visits on engagement.event_date = visits.session_date
        left join orders on engagement.event_date = orders.order_date
        left join revenue on engagement.event_date = revenue.event_date
        where engagement.event_date between @first and @last
        order by engagement.event_date
        """,
        first=period.first,
        last=period.last,
        currency=currency,
        category=category,
        **of_slice(part),
    )


@cached
def categories(copy: Published, period: Period, currency: str | None, part: Slice = EVERYTHING) -> list[dict[str, Any]]:
    """The first-level categories with the highest net revenue: `category`, and `net` for a chart."""
    found = rows(
        copy,
        f"""
        with

        sold as (

            select
                product_id,
                sum(net_amount) as net
            from marts.fct_revenue
            where event_date between @first and @last
                and currency is not distinct from @currency
                and {IN_SLICE}
            group by product_id

        )

        select
            products.category_level_1 as name,
            sum(sold.net) as net
        from sold
        left join marts.dim_products as products on sold.product_id = products.product_id
        group by name
        order by net desc, name nulls last
        limit @top
        """,
        first=period.first,
        last=period.last,
        currency=currency,
        top=TOP,
        **of_slice(part),
    )
    return [{"category": plain(row["name"] or "no category"), "net": float(row["net"])} for row in found]


@cached
def products(
    copy: Published, period: Period, currency: str | None, part: Slice = EVERYTHING, category: str | None = None
) -> list[dict[str, Any]]:
    """The products with the highest net revenue: `Product`, `Units`, `Net revenue` as a decimal."""
    found = rows(
        copy,
        f"""
        with

        sold as (

            select
                product_id,
                cast(sum(units) as int64) as units,
                sum(net_amount) as net
            from marts.fct_revenue
            where event_date between @first and @last
                and currency is not distinct from @currency
                and {IN_SLICE}
                {in_category(category)}
            group by product_id
            order by net desc, product_id
            limit @top

        )

        select
            coalesce(products.product_name, 'product ' || sold.product_id) as name,
            sold.units,
            sold.net
        from sold
        left join marts.dim_products as products on sold.product_id = products.product_id
        order by sold.net desc, sold.product_id
        """,
        first=period.first,
        last=period.last,
        currency=currency,
        category=category,
        top=TOP,
        **of_slice(part),
    )
    return [{"Product": row["name"], "Units": row["units"], "Net revenue": row["net"]} for row in found]

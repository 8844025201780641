"""The few numbers that a run ends with, read from the current serving copy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flows import serving
from flows.settings import Settings

# A visitor is new once, so these sums are the visitors of all days: as many as fct_sessions has different ones.
VISITS = """
select
    min(event_date) filter (sessions > 0),
    max(event_date) filter (sessions > 0),
    coalesce(sum(new_visitors), 0)::bigint,
    coalesce(sum(sessions), 0)::bigint,
    coalesce(sum(converted_sessions), 0)::bigint,
    coalesce(sum(new_view_visitors), 0)::bigint,
    coalesce(sum(new_cart_visitors), 0)::bigint,
    coalesce(sum(new_checkout_visitors), 0)::bigint,
    coalesce(sum(new_purchase_visitors), 0)::bigint
from marts.fct_daily_engagement
"""

ORDERS = "select count(distinct order_key) from marts.fct_orders where purchase_lines > 0"

REVENUE = """
select
    revenue.currency,
    sum(revenue.gross_amount),
    sum(revenue.discount_amount),
    sum(revenue.refund_amount),
    sum(revenue.net_amount)
from marts.fct_revenue as revenue
left join (select currency, count(*) as orders from marts.fct_orders where purchase_lines > 0 group by currency) as sold
    on revenue.currency is not distinct from sold.currency
group by revenue.currency
order by coalesce(max(sold.orders), 0) desc, revenue.currency nulls last
"""

# Of one currency: amounts of two have no order.
CATEGORIES = """
select coalesce(products.category_level_1, '(none)') as category, revenue.currency, sum(revenue.net_amount)
from marts.fct_revenue as revenue
left join marts.dim_products as products using (product_id)
where revenue.currency is not distinct from ?
group by 1, 2
order by 3 desc, 1
limit 5
"""


@dataclass(frozen=True)
class Revenue:
    """Revenue of all days in one currency; None where the source does not say the currency."""

    currency: str | None
    gross_amount: Decimal
    discount_amount: Decimal
    refund_amount: Decimal
    net_amount: Decimal


@dataclass(frozen=True)
class Category:
    """Net revenue of a first-level category in one currency."""

    name: str
    currency: str | None
    net_amount: Decimal


@dataclass(frozen=True)
class Kpis:
    """All days of the serving copy together. `funnel` counts the visitors who got as far as each step.

    `revenue` begins with the currency of most orders, which is the one of the `categories`.
    """

    first_date: date | None
    last_date: date | None
    visitors: int
    sessions: int
    converted_sessions: int
    orders: int
    revenue: tuple[Revenue, ...]
    categories: tuple[Category, ...]
    funnel: dict[str, int]


def amount(value: Decimal, currency: str | None = None) -> str:
    """Money as people read it.

    >>> amount(Decimal("59442.6300"), "EUR")
    '59,442.63 EUR'
    """
    return f"{value:,.2f}{f' {currency}' if currency else ''}"


def share(part: int, whole: int) -> str:
    """`part` of `whole` in percent.

    >>> share(62, 4518)
    '1.37 %'
    """
    return f"{100 * part / whole:.2f} %" if whole else "–"


def read_kpis(settings: Settings) -> Kpis | None:
    """The KPIs of the current serving copy; None where nothing was published yet.

    Raises WarehouseError or StorageError where the copy cannot be read.
    """
    copy = serving.current(settings)
    if copy is None:
        return None
    from flows.warehouse.duck_connect import connect
    from flows.warehouse.duck_errors import translated

    with (
        translated(copy),
        connect(settings, copy, spill=settings.home / "spill" / "kpis", read_only=True) as connection,
    ):
        (visits,) = connection.execute(VISITS).fetchall()
        (orders,) = connection.execute(ORDERS).fetchall()
        revenue = connection.execute(REVENUE).fetchall()
        categories = connection.execute(CATEGORIES, [revenue[0][0]]).fetchall() if revenue else []
    first_date, last_date, visitors, sessions, converted_sessions, *funnel = visits
    return Kpis(
        first_date=first_date,
        last_date=last_date,
        visitors=visitors,
        sessions=sessions,
        converted_sessions=converted_sessions,
        orders=orders[0],
        revenue=tuple(Revenue(*row) for row in revenue),
        categories=tuple(Category(*row) for row in categories),
        funnel=dict(zip(("view", "cart", "checkout", "purchase"), funnel, strict=True)),
    )

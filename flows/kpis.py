"""The few numbers that a run ends with, read from the published marts by questions that both targets understand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flows import serving
from flows.settings import Settings

# A visitor is new once, so these sums are the visitors of all days: as many as fct_sessions has different ones.
VISITS = """
select
    min(case when sessions > 0 then event_date end) as first_date,
    max(case when sessions > 0 then event_date end) as last_date,
    cast(coalesce(sum(new_visitors), 0) as int64) as visitors,
    cast(coalesce(sum(sessions), 0) as int64) as sessions,
    cast(coalesce(sum(converted_sessions), 0) as int64) as converted_sessions,
    cast(coalesce(sum(new_view_visitors), 0) as int64) as view_visitors,
    cast(coalesce(sum(new_cart_visitors), 0) as int64) as cart_visitors,
    cast(coalesce(sum(new_checkout_visitors), 0) as int64) as checkout_visitors,
    cast(coalesce(sum(new_purchase_visitors), 0) as int64) as purchase_visitors
from marts.fct_daily_engagement
"""

ORDERS = "select count(distinct order_key) as orders from marts.fct_orders where purchase_lines > 0"

REVENUE = """
select
    revenue.currency,
    sum(revenue.gross_amount) as gross_amount,
    sum(revenue.discount_amount) as discount_amount,
    sum(revenue.refund_amount) as refund_amount,
    sum(revenue.net_amount) as net_amount
from marts.fct_revenue as revenue
left join (select currency, count(*) as orders from marts.fct_orders where purchase_lines > 0 group by currency) as sold
    on coalesce(revenue.currency, '') = coalesce(sold.currency, '')
group by revenue.currency
order by coalesce(max(sold.orders), 0) desc, revenue.currency nulls last
"""

# Of one currency, '' for the unknown one: amounts of two have no order.
CATEGORIES = """
select
    coalesce(products.category_level_1, '(none)') as name,
    revenue.currency,
    sum(revenue.net_amount) as net_amount
from marts.fct_revenue as revenue
left join marts.dim_products as products using (product_id)
where coalesce(revenue.currency, '') = ?
group by name, revenue.currency
order by net_amount desc, name
limit 5
"""

STEPS = ("view", "cart", "checkout", "purchase")
Ask = Callable[..., list[dict[str, Any]]]


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
    """The KPIs of the published marts; None where nothing was published yet.

    Raises WarehouseError or StorageError where they cannot be read.
    """
    with marts_of(settings) as ask:
        if ask is None:
            return None
        (visits,) = ask(VISITS)
        (orders,) = ask(ORDERS)
        revenue = ask(REVENUE)
        categories = ask(CATEGORIES, [revenue[0]["currency"] or ""]) if revenue else []
    funnel = {step: visits.pop(f"{step}_visitors") for step in STEPS}
    return Kpis(
        **visits,
        **orders,
        revenue=tuple(Revenue(**row) for row in revenue),
        categories=tuple(Category(**row) for row in categories),
        funnel=funnel,
    )


@contextmanager
def marts_of(settings: Settings, spill: str = "kpis") -> Iterator[Ask | None]:
    """What takes a question to the marts that readers see: the current serving copy, or BigQuery.

    `spill` is the name of a folder of the caller's own: two processes that ask at once cannot share one.
    """
    if settings.target == "bigquery":
        from flows.warehouse import open_warehouse

        with open_warehouse(settings, read_only=True) as warehouse:
            yield warehouse.query
        return
    copy = serving.current(settings)
    if copy is None:
        yield None
        return
    from flows.warehouse.duck_connect import connect
    from flows.warehouse.duck_errors import translated

    with (
        translated(copy),
        connect(settings, copy, spill=settings.home / "spill" / spill, read_only=True) as connection,
    ):

        def ask(question: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
            answer = connection.execute(question, list(params))
            names = [column[0] for column in answer.description]
            return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

        yield ask

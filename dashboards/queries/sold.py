"""What was sold of products: the pieces of SQL, and their parameters, that all questions about products are made of."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dashboards.periods import Period
from dashboards.queries import IN_SLICE, in_category, of_slice
from dashboards.view import Slice


def in_period(column: str, which: str = "") -> str:
    return f"{column} between @first{which} and @last{which}"


def sales_of(category: str | None) -> str:
    """Of fct_revenue, what all filters leave."""
    return f"""currency is not distinct from @currency
                and {IN_SLICE}
                {in_category(category)}"""


def sold_by_product(category: str | None) -> str:
    """One row for each product with anything bought or paid back in one of the periods."""
    return f"""select
                product_id,
                cast(sum(units) as int64) as units,
                sum(net) as net,
                cast(sum(units_before) as int64) as units_before,
                sum(net_before) as net_before
            from (
                select
                    product_id,
                    units,
                    net_amount as net,
                    0 as units_before,
                    0 as net_before
                from marts.fct_revenue
                where {in_period("event_date")}
                    and {sales_of(category)}

                union all

                select
                    product_id,
                    0 as units,
                    0 as net,
                    units as units_before,
                    net_amount as net_before
                from marts.fct_revenue
                where {in_period("event_date", "_before")}
                    and {sales_of(category)}
            ) as lines
            group by product_id"""


def asked(
    period: Period, compared: Period | None, currency: str | None, part: Slice, category: str | None
) -> dict[str, Any]:
    before = compared or Period(period.first, period.first - timedelta(days=1))  # no day at all
    return {
        "first": period.first,
        "last": period.last,
        "first_before": before.first,
        "last_before": before.last,
        "currency": currency,
        "category": category,
        **of_slice(part),
    }

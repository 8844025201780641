"""Whose price changed, and what was sold of it."""

from __future__ import annotations

from typing import Any

from dashboards.periods import Period
from dashboards.published import Published, rows
from dashboards.queries import cached, in_category
from dashboards.queries.sold import asked, in_period, sold_by_product
from dashboards.view import Slice


@cached
def price_changes(
    copy: Published,
    period: Period,
    compared: Period | None,
    currency: str | None,
    part: Slice,
    category: str | None,
    most: int | None = None,
) -> list[dict[str, Any]]:
    """The products whose list price changed in the period, those that sold most first: `name`, the list price `before`
    the first change and `after` the last one with their currencies, `changes`, the day of the last one; `units` and
    `units_before` are those bought, in `currency`. At most so many; None is all of them."""
    return rows(
        copy,
        f"""
        with

        changes as (

            select
                *,
                row_number() over (partition by product_id order by changed_at) as place,
                row_number() over (partition by product_id order by changed_at desc) as place_from_last
            from marts.fct_price_changes
            where {in_period("changed_date")}
                {in_category(category)}

        ),

        changed as (

            select
                product_id,
                count(*) as changes,
                max(changed_date) as changed_date,
                max(case when place = 1 then previous_unit_price end) as before,
                max(case when place = 1 then previous_currency end) as currency_before,
                max(case when place_from_last = 1 then unit_price end) as after,
                max(case when place_from_last = 1 then currency end) as currency_after
            from changes
            group by product_id

        ),

        sold as (

            {sold_by_product(category)}

        )

        select
            changed.*,
            coalesce(products.product_name, 'product ' || changed.product_id) as name,
            coalesce(sold.units, 0) as units,
            coalesce(sold.units_before, 0) as units_before
        from changed
        left join sold on changed.product_id = sold.product_id
        left join marts.dim_products as products on changed.product_id = products.product_id
        order by units + units_before desc, changed.product_id
        {"limit @most" if most else ""}
        """,
        most=most,
        **asked(period, compared, currency, part, category),
    )

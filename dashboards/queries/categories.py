"""What was sold and seen of each category: the parts that a tree of them is added up from."""

from __future__ import annotations

from typing import Any

from dashboards.periods import Period
from dashboards.published import Published, rows
from dashboards.queries import cached, in_category
from dashboards.queries.sold import asked, in_period, sales_of
from dashboards.view import Slice


@cached
def categories(
    copy: Published, period: Period, currency: str | None, part: Slice, category: str | None
) -> list[dict[str, Any]]:
    """One row for each category as deep as three levels: `levels` (null from where it has none), and its products'
    `units`, `net`, `views` and `purchases`."""
    found = rows(
        copy,
        f"""
        with

        parts as (

            select
                product_id,
                units,
                net_amount as net,
                0 as views,
                0 as purchases
            from marts.fct_revenue
            where {in_period("event_date")}
                and {sales_of(category)}

            union all

            select
                product_id,
                0 as units,
                0 as net,
                view_sessions as views,
                purchase_sessions as purchases
            from marts.fct_product_days
            where {in_period("session_date")}
                {in_category(category)}

        ),

        by_product as (

            select
                product_id,
                sum(units) as units,
                sum(net) as net,
                sum(views) as views,
                sum(purchases) as purchases
            from parts
            group by product_id

        )

        select
            products.category_level_1,
            products.category_level_2,
            products.category_level_3,
            cast(sum(by_product.units) as int64) as units,
            sum(by_product.net) as net,
            cast(sum(by_product.views) as int64) as views,
            cast(sum(by_product.purchases) as int64) as purchases
        from by_product
        left join marts.dim_products as products on by_product.product_id = products.product_id
        group by products.category_level_1, products.category_level_2, products.category_level_3
        order by net desc, category_level_1 nulls last, category_level_2 nulls last, category_level_3 nulls last
        """,
        **asked(period, None, currency, part, category),
    )
    return [{"levels": tuple(row.pop(f"category_level_{level}") for level in (1, 2, 3)), **row} for row in found]

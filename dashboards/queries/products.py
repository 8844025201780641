"""What Products asks. Money and units are told by all filters; how often a product was seen, by its category alone.

Products are ranked and cut off where they lie: a shop may have more of them than a page should ever be sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dashboards.numbers import share
from dashboards.periods import Period
from dashboards.published import Published, rows
from dashboards.queries import cached, in_category
from dashboards.queries.sold import asked, in_period, sales_of, sold_by_product
from dashboards.view import Slice

BEST, FALLING = "best", "falling"
RANKED = {BEST: ("true", "net desc"), FALLING: ("net < net_before", "net - net_before")}


@dataclass(frozen=True)
class Product:
    """What was bought of a product, less what was paid back, in one currency, and in how many sessions it was seen, in
    a period and in the one before; `purchases` are the sessions that saw it, put it into the cart and bought it."""

    product_id: str
    name: str
    units: int
    net: Decimal
    units_before: int
    net_before: Decimal
    views: int
    purchases: int
    views_before: int

    @property
    def rate(self) -> Decimal | None:
        """View to purchase in percent; None where nobody saw it."""
        return share(self.purchases, self.views)


@dataclass(frozen=True)
class Sums:
    """Over all products of a period: units in one currency, and sessions once for each product that they saw."""

    units: int
    views: int
    purchases: int

    @property
    def rate(self) -> Decimal | None:
        return share(self.purchases, self.views)


NOTHING = Sums(0, 0, 0)


def sums(copy: Published, period: Period, currency: str | None, part: Slice, category: str | None) -> Sums:
    """The sums of the period's days."""
    found = days(copy, period, currency, part, category)
    return Sums(**{name: sum(row[name] for row in found) for name in ("units", "views", "purchases")})


@cached
def days(
    copy: Published, period: Period, currency: str | None, part: Slice, category: str | None
) -> list[dict[str, Any]]:
    """One row a day: `date` (midnight as ISO text), `units`, `views`, `purchases`."""
    found = rows(
        copy,
        f"""
        with

        sold as (

            select
                event_date,
                sum(units) as units
            from marts.fct_revenue
            where {in_period("event_date")}
                and {sales_of(category)}
            group by event_date

        ),

        seen as (

            select
                session_date,
                sum(view_sessions) as views,
                sum(purchase_sessions) as purchases
            from marts.fct_product_days
            where {in_period("session_date")}
                {in_category(category)}
            group by session_date

        )

        select
            engagement.event_date as date,
            cast(coalesce(sold.units, 0) as int64) as units,
            cast(coalesce(seen.views, 0) as int64) as views,
            cast(coalesce(seen.purchases, 0) as int64) as purchases
        from marts.fct_daily_engagement as engagement
        left join sold on engagement.event_date = sold.event_date
        left join seen on engagement.event_date = seen.session_date
        where {in_period("engagement.event_date")}
        order by engagement.event_date
        """,
        **asked(period, None, currency, part, category),
    )
    return [row | {"date": f"{row['date']}T00:00:00"} for row in found]


@cached
def products(
    copy: Published,
    period: Period,
    compared: Period | None,
    currency: str | None,
    part: Slice,
    category: str | None,
    ranked: str = BEST,
    most: int | None = None,
) -> list[Product]:
    """The products with anything bought or paid back in either period: those with the highest net revenue (`BEST`), or
    those that lost most of it (`FALLING`). At most so many; None is all of them, which a reader has to ask for."""
    kept, first = RANKED[ranked]
    found = rows(
        copy,
        f"""
        with

        sold as (

            {sold_by_product(category)}

        ),

        ranked as (

            select *
            from sold
            where {kept}
            order by {first}, product_id
            {"limit @most" if most else ""}

        ),

        sessions as (

            select
                product_id,
                view_sessions as views,
                purchase_sessions as purchases,
                0 as views_before
            from marts.fct_product_days
            where {in_period("session_date")}

            union all

            select
                product_id,
                0 as views,
                0 as purchases,
                view_sessions as views_before
            from marts.fct_product_days
            where {in_period("session_date", "_before")}

        ),

        seen as (

            select
                product_id,
                cast(sum(views) as int64) as views,
                cast(sum(purchases) as int64) as purchases,
                cast(sum(views_before) as int64) as views_before
            from sessions
            where product_id in (select product_id from ranked)
            group by product_id

        )

        select
            ranked.*,
            coalesce(products.product_name, 'product ' || ranked.product_id) as name,
            coalesce(seen.views, 0) as views,
            coalesce(seen.purchases, 0) as purchases,
            coalesce(seen.views_before, 0) as views_before
        from ranked
        left join seen on ranked.product_id = seen.product_id
        left join marts.dim_products as products on ranked.product_id = products.product_id
        order by {first}, ranked.product_id
        """,
        most=most,
        **asked(period, compared, currency, part, category),
    )
    return [Product(**row) for row in found]

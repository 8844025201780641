"""What is published: its days, currencies and zone, and what the filters offer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashboards.periods import Period
from dashboards.published import Marts, NothingToShow, Published, published_at, rows
from dashboards.queries import cached
from dashboards.view import UNKNOWN


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
class Options:
    """What the filters offer, most sessions first."""

    devices: tuple[str, ...]
    channels: tuple[str, ...]
    countries: tuple[str, ...]
    categories: tuple[str, ...]


@cached
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


@cached
def options(copy: Published) -> Options:
    """The devices, channels, countries and first-level categories that there are."""
    found = rows(
        copy,
        f"""
        with

        named as (

            select 'device' as what, coalesce(device_type, '{UNKNOWN}') as name, sessions
            from marts.fct_funnel
            where is_total

            union all

            select 'channel' as what, coalesce(channel, '{UNKNOWN}') as name, sessions
            from marts.fct_funnel
            where is_total

            union all

            select 'country' as what, coalesce(country, '{UNKNOWN}') as name, sessions
            from marts.fct_funnel
            where is_total

            union all

            select 'category' as what, category as name, sessions
            from marts.fct_funnel
            where not is_total and category is not null

        )

        select
            what,
            name
        from named
        group by what, name
        order by what, sum(sessions) desc, name
        """,
    )
    by_what = {
        what: tuple(row["name"] for row in found if row["what"] == what)
        for what in ("device", "channel", "country", "category")
    }
    return Options(by_what["device"], by_what["channel"], by_what["country"], by_what["category"])

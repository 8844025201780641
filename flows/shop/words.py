"""Numbers to words: the one place where the shop's columns become the columns of the records, by DuckDB.

Every expression is named like the column it makes; a column of the records that is not named here is null.
"""

from __future__ import annotations

import json

import duckdb

from flows.records import RECORDS, columns
from flows.records.kinds import Instant, Properties
from flows.shop import channels, places
from flows.shop.assortment import BRANDS, CATEGORIES
from flows.shop.catalogue import Catalogue
from flows.shop.steps import TYPE
from flows.shop.web import Web

EVENT = {
    "event_id": "hex(rows.id)",
    "event_type": "types.text",
    "event_timestamp": "make_timestamp_ms(rows.ts)",
    "received_at": "make_timestamp_ms(rows.ts + rows.delay)",
    "anonymous_id": "visits.anonymous_id",
    "user_id": "case when rows.is_known then visits.user_id end",
    "source_session_id": "visits.session_id",
    "product_id": "products.text",
    "quantity": "case when rows.quantity >= 0 then rows.quantity end",
    "unit_price": "case when rows.price >= 0 then rows.price::decimal(9, 0) * 0.01::decimal(2, 2) end",
    "discount_amount": "case when rows.discount >= 0 then rows.discount::decimal(9, 0) * 0.01::decimal(2, 2) end",
    "currency": "case when rows.price >= 0 then visits.currency end",
    "order_id": 'case when rows."order" >= 0 then \'o-\' || (100001 + rows."order") end',
    "page_url": "case when rows.is_landing then pages.text || coalesce(visits.tag, '') else pages.text end",
    "referrer_url": "referrers.text",
    "utm_source": "case when rows.is_landing then visits.utm_source end",
    "utm_medium": "case when rows.is_landing then visits.utm_medium end",
    "utm_campaign": "case when rows.is_landing then visits.utm_campaign end",
    "device_type": "visits.device",
    "country": "visits.country",
    "user_agent": "visits.user_agent",
    "properties": "properties.text",
}
EVENTS_FROM = """
    from rows
    join types on types.code = rows.type
    join visits on visits.visit = rows.visit
    join products on products.code = rows.product
    join pages on pages.code = rows.page
    join pages as referrers on referrers.code = rows.referrer
    join properties on properties.code = rows.properties
"""
VISITS = """
    select
        v.visit,
        case when v.anonymous is not null then hex(v.anonymous) end as anonymous_id,
        case when v.number >= 0 then hex(v.session) end as session_id,
        case when v.user >= 0 then 'u-' || (10001 + v.user) end as user_id,
        devices.text as device,
        countries.text as country,
        countries.currency,
        agents.text as user_agent,
        campaigns.source as utm_source,
        campaigns.medium as utm_medium,
        campaigns.campaign as utm_campaign,
        '?utm_source=' || campaigns.source || '&utm_medium=' || campaigns.medium
            || '&utm_campaign=' || campaigns.campaign as tag
    from planned as v
    join devices on devices.code = v.device
    join countries on countries.code = v.country
    join agents on agents.code = v.agent
    join campaigns on campaigns.code = v.campaign
"""
PRODUCT = {
    "product_id": "products.text",
    "updated_at": "make_timestamp_ms(rows.updated_ms)",
    "product_name": "products.name",
    "category": "products.category",
    "brand": "products.brand",
    "unit_price": "rows.price::decimal(9, 0) * 0.01::decimal(2, 2)",
    "currency": "'EUR'",
    "is_active": "rows.is_active",
}
PRODUCTS_FROM = "from rows join products on products.code = rows.product"
USER = {
    "user_id": "'u-' || (10001 + rows.user)",
    "updated_at": "make_timestamp_ms(rows.updated_ms)",
    "created_at": "make_timestamp_ms(rows.created_ms)",
    "email": "lower(regexp_replace(strip_accents(first_names.text || '.' || last_names.text), '[^A-Za-z.]', '', 'g'))"
    " || (10001 + rows.user) || case when rows.mailbox > 0 then '.' || rows.mailbox else '' end || '@mail.example'",
    "full_name": "first_names.text || ' ' || last_names.text",
    "street_address": "streets.text || ' ' || rows.house",
    "postal_code": "postcodes.text",
    "city": "cities.text",
    "country": "countries.text",
    "is_marketing_opt_in": "rows.is_opted_in",
}
USERS_FROM = "from rows join countries on countries.code = rows.country" + "".join(
    f" join names as {alias} on {alias}.pool = '{kind} ' || rows.country || ' ' || rows.{kind}"
    for kind, alias in (
        ("first_name", "first_names"),
        ("last_name", "last_names"),
        ("city", "cities"),
        ("street", "streets"),
        ("postcode", "postcodes"),
    )
)
TABLES = {"events": (EVENT, EVENTS_FROM), "users": (USER, USERS_FROM), "products": (PRODUCT, PRODUCTS_FROM)}


def query(table: str, form: str) -> str:
    """The query that makes a table's columns out of `rows`, typed for Parquet, or written for a text format."""
    expressions, source = TABLES[table]
    made = []
    for column in columns(RECORDS[table]):
        value = f"cast({expressions.get(column.name, 'null')} as {column.kind.duckdb})"
        if form != "parquet" and isinstance(column.kind, Instant):
            value = f"strftime({value}, '%Y-%m-%dT%H:%M:%S.%gZ')"
        if form == "jsonl" and isinstance(column.kind, Properties):
            value = f"cast({value} as json)"
        made.append(f"{value} as {column.name}")
    return f"select {', '.join(made)} {source}"


def teach(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, web: Web) -> None:
    """Gives a connection the words that the queries look up: one small table per kind of number."""
    lookup(con, "types", list(TYPE))
    lookup(con, "pages", web.urls)
    lookup(con, "properties", web.properties)
    lookup(con, "devices", [device.name for device in places.DEVICES])
    lookup(con, "agents", list(places.AGENTS))
    lookup(con, "countries", [c.code for c in places.COUNTRIES], currency=[c.currency for c in places.COUNTRIES])
    lookup(
        con,
        "campaigns",
        [campaign for _, _, campaign in channels.CAMPAIGNS],
        source=[source for source, _, _ in channels.CAMPAIGNS],
        medium=[medium for _, medium, _ in channels.CAMPAIGNS],
    )
    con.execute("alter table campaigns rename text to campaign")
    category = catalogue.category.tolist()
    lookup(
        con,
        "products",
        [f"p-{10001 + code}" for code in range(len(catalogue))],
        name=list(catalogue.names),
        category=[CATEGORIES[code].path for code in category],
        brand=[BRANDS[code] for code in catalogue.brand.tolist()],
    )


def lookup(con: duckdb.DuckDBPyConnection, table: str, text: list[str], **more: list[str]) -> None:
    """Makes a small table of texts, numbered from 0 in `code`; `text` and each of `more` is a column. -1 is null."""
    # One JSON literal per column: binding a text, or scanning an array of texts, makes DuckDB import pandas (0.3 s)
    # where that is installed.
    unnested = ", ".join(
        f"unnest(from_json({_literal(words)}, '[\"varchar\"]')) as {name}"
        for name, words in {"text": text, **more}.items()
    )
    numbered = f"select (row_number() over () - 1)::integer as code, * from (select {unnested})"
    con.execute(f"create table {table} as {numbered}")
    con.execute(f"insert into {table} (code) values (-1)")


def _literal(words: list[str]) -> str:
    return "'" + json.dumps(words, ensure_ascii=False).replace("'", "''") + "'"

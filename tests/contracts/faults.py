"""A healthy small batch, the faults that the contracts are there for, and a way to put either into a lake."""

from datetime import UTC, date, datetime

import duckdb

from flows.lake import Lake, is_dated
from flows.receipts import Batch, SourceFile, TableCount, Validated
from flows.settings import Settings
from flows.warehouse.tables import raw_fields

HEALTHY = {
    "events": """
        select
            'e' || i as event_id, if(i % 10 = 0, 'purchase', 'product_view') as event_type,
            timestamp '2025-11-03 00:00:00' + interval (i) minute as event_timestamp,
            event_timestamp + interval 1 second as received_at, 'a' || i % 20 as anonymous_id,
            if(i % 2 = 0, 'u' || i % 20, null) as user_id, 'p' || i % 5 as product_id,
            if(i % 10 = 0, 1, null) as quantity, 9.99 + i % 5 as unit_price,
            if(i % 10 = 0, 'EUR', null) as currency, if(i % 10 = 0, 'o' || i, null) as order_id,
            date '2025-11-03' as event_date
        from range(1000) as t(i)""",
    "users": """
        select 'u' || i as user_id, timestamp '2025-11-01' as updated_at, timestamp '2025-11-01' as created_at
        from range(20) as t(i)""",
    "products": """
        select 'p' || i as product_id, timestamp '2025-11-01' as updated_at, 'home' as category, 9.99 as unit_price
        from range(5) as t(i)""",
}

# What is done to the healthy batch, and what is to be said of it then: table, check, level, measure.
FAULTS = {
    "no events": (
        "delete from events",
        ("events", "the batch has events", "stop", "0 rows"),
    ),
    "no currency": (
        "update events set currency = null where order_id in ('o0', 'o10')",
        ("events", "purchases have a currency", "warn", "2 % without"),
    ),
    "no currency of a refund": (
        "update events set event_type = 'refund', currency = null where order_id = 'o0'",
        ("events", "refunds have a currency", "warn", "100 % without"),
    ),
    "no order id": (
        "update events set order_id = null where order_id in ('o0', 'o10')",
        ("events", "purchases have an order id", "warn", "2 % without"),
    ),
    "price zero": (
        "update events set unit_price = 0 where order_id like 'o1%'",
        ("events", "purchases are not for nothing", "warn", "11 % at price 0"),
    ),
    "price in the wrong unit": (
        "update events set unit_price = 99999999 where order_id = 'o0'",
        ("events", "no purchase costs absurdly more than the others", "warn", "8,519,815 times the usual price"),
    ),
    "late": (
        "update events set event_timestamp = event_timestamp - interval 3 day where event_id like 'e1%'",
        ("events", "few events arrived more than a day late", "warn", "11.10 %"),
    ),
    "stale": (
        "update events set event_timestamp = event_timestamp - interval 3 day, received_at = null",
        ("events", "the newest event is not old when it is landed", "warn", "85.35 hours"),
    ),
    "shared ids": (
        "update events set event_id = 'e0' where event_id like 'e10%'",
        ("events", "events do not share their id", "warn", "1.10 %"),
    ),
    "unknown products": (
        "delete from products where product_id = 'p3'",
        ("events", "products of events are known", "warn", "20 % unknown"),
    ),
    "unknown users": (
        "delete from users where user_id = 'u4'",
        ("events", "users of events are known", "warn", "10 % unknown"),
    ),
    "users without a date of signing up": (
        "update users set created_at = null where user_id in ('u1', 'u2', 'u3')",
        ("users", "users say when they signed up", "warn", "15 % without"),
    ),
    "two versions of a user at once": (
        "insert into users from users where user_id = 'u1'",
        ("users", "no two versions of a user are from the same instant", "warn", "4.76 %"),
    ),
    "products without a price": (
        "update products set unit_price = null where product_id = 'p1'",
        ("products", "products have a price", "warn", "20 % without"),
    ),
    "products without a category": (
        "update products set category = null where product_id = 'p1'",
        ("products", "products have a category", "warn", "20 % without"),
    ),
    "two versions of a product at once": (
        "insert into products from products where product_id = 'p1'",
        ("products", "no two versions of a product are from the same instant", "warn", "16.67 %"),
    ),
    "a column too many": (
        "alter table events add column colour varchar",
        ("events", "columns and types are those of the contract", "stop", "has colour"),
    ),
    "a column missing": (
        "alter table users drop column email",
        ("users", "columns and types are those of the contract", "stop", "lacks email"),
    ),
    "a column of another type": (
        "alter table products alter is_active type varchar",
        (
            "products",
            "columns and types are those of the contract",
            "stop",
            "is_active is varchar, not boolean",
        ),
    ),
}


def spoil(
    settings: Settings,
    fault: str = "select 1",
    *,
    tables: tuple[str, ...] = tuple(HEALTHY),
    batch_id: str = "b1",
    format: str = "csv",
    quarantined: int = 0,
    duplicates: int = 0,
) -> Validated:
    """The healthy batch after `fault`, in the lake, as `validate` would have written it for the settings' target."""
    connection, lake = duckdb.connect(), Lake.of(settings)
    for table in tables:
        fields = raw_fields(table)
        connection.execute(f"create table {table} ({', '.join(f'{f.name} {f.duckdb}' for f in fields)})")
        origin = f"'{batch_id}' as batch_id, '{table}.csv' as source_file"
        connection.execute(f"insert into {table} by name select *, {origin} from ({HEALTHY[table]})")
    connection.execute(fault)
    counts, dates = [], set[date]()
    for table in tables:
        found = connection.execute(f"select count(*) from {table}").fetchone()
        counts.append((table, found[0] if found else 0))
        if is_dated(table):
            dates.update(day for (day,) in connection.execute(f"select distinct event_date from {table}").fetchall())
        (file,) = lake.accepted_files(table, batch_id)
        file.parent.mkdir(parents=True, exist_ok=True)
        connection.execute(f"copy ({_as_kept(table, settings)}) to '{file}' (format parquet)")
        lake.keep([file])
    return Validated(
        Batch(
            batch_id,
            datetime(2025, 11, 4, 6, tzinfo=UTC),
            tuple(SourceFile(f"/in/{table}.csv", f"{table}.csv", "0" * 64, 1, format, table) for table in tables),
        ),
        tuple(
            TableCount(table, accepted + quarantined + duplicates, accepted, quarantined, duplicates)
            for table, accepted in counts
        ),
        tuple(sorted(dates)),
        reporting_timezone=settings.reporting_timezone,
    )


def _as_kept(table: str, settings: Settings) -> str:
    if settings.target == "duckdb":
        return f"from {table}"
    instants = [field.name for field in raw_fields(table) if field.duckdb == "TIMESTAMP"]
    return f"select * replace ({', '.join(f'{name}::timestamptz as {name}' for name in instants)}) from {table}"

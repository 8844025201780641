"""A healthy small batch in the lake, and a way to spoil it by one SQL statement."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import duckdb
import pytest

from flows.lake import Lake, is_dated
from flows.receipts import Batch, SourceFile, TableCount, Validated
from flows.settings import Settings
from flows.warehouse.tables import raw_fields

Spoiled = Callable[..., Validated]

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


@pytest.fixture
def spoiled(settings: Settings) -> Spoiled:
    """The healthy batch after `fault`, in the lake: `spoiled("update events set currency = null")`."""

    def write(
        fault: str = "select 1",
        *,
        tables: tuple[str, ...] = tuple(HEALTHY),
        batch_id: str = "b1",
        format: str = "csv",
        quarantined: int = 0,
        duplicates: int = 0,
    ) -> Validated:
        connection, lake = duckdb.connect(), Lake(settings.lake_folder)
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
                dates.update(
                    day for (day,) in connection.execute(f"select distinct event_date from {table}").fetchall()
                )
            (file,) = lake.accepted_files(table, batch_id)
            file.parent.mkdir(parents=True, exist_ok=True)
            connection.execute(f"copy {table} to '{file}' (format parquet)")
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
        )

    return write

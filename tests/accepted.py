"""Small batches as validate leaves them: Parquet in the lake and the receipt of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import duckdb

from flows.lake import Lake, is_dated
from flows.receipts import Batch, SourceFile, TableCount, Validated
from flows.settings import Settings
from flows.warehouse.tables import raw_fields

Rows = Sequence[Mapping[str, Any]]
Accept = Callable[..., Validated]

NOON = datetime(2025, 11, 3, 12)
DEFAULTS: dict[str, dict[str, Any]] = {
    "events": {
        "event_id": "e1",
        "event_type": "page_view",
        "event_timestamp": NOON,
        "anonymous_id": "a1",
        "event_date": date(2025, 11, 3),
    },
    "users": {"user_id": "u1", "updated_at": NOON},
    "products": {"product_id": "p1", "updated_at": NOON},
}


def accepted(settings: Settings, batch_id: str, instant: str = "TIMESTAMP", **tables: Rows) -> Validated:
    """Put rows into the lake of `settings` as one accepted batch, and into its bucket where it has one."""
    lake, connection, dates = Lake.of(settings), duckdb.connect(), set()
    connection.execute("set TimeZone = 'UTC'")
    for table, rows in tables.items():
        origin = {"batch_id": batch_id, "source_file": f"{table}.csv"}
        whole = [{**DEFAULTS[table], **origin, **row} for row in rows]
        fields = raw_fields(table)
        columns = ", ".join(f"{f.name} {f.duckdb.replace('TIMESTAMP', instant)}" for f in fields)
        connection.execute(f"create table {table} ({columns})")
        for row in whole:
            marks = ", ".join("?" * len(row))
            connection.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))
        dates.update(row["event_date"] for row in whole if is_dated(table))
        (file,) = lake.accepted_files(table, batch_id)
        file.parent.mkdir(parents=True, exist_ok=True)
        connection.execute(f"copy {table} to '{file}' (format parquet)")
        lake.keep([file])
    files = tuple(SourceFile(f"/in/{t}.csv", f"{t}.csv", "0" * 64, 1, "shopflow_csv", t) for t in tables)
    return Validated(
        Batch(batch_id, datetime(2025, 11, 4, 6, tzinfo=UTC), files),
        tuple(TableCount(table, len(rows), len(rows), 0, 0) for table, rows in tables.items()),
        tuple(sorted(dates)),
    )

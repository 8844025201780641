"""What the published marts do not know yet: batches that came or went, the days and the products that they touch."""

from __future__ import annotations

from datetime import date

from duckdb import DuckDBPyConnection

from flows.receipts import Changes
from flows.records import RECORDS
from flows.warehouse.duck_backfill import chunks_left

# One row per batch that waits, whether it was loaded or taken out again; a person's rows that went are like a batch.
_WAITING = """
    select batch_id, event_dates, loaded_at as since from ops.batches where built_at is null
    union all
    select batch_id, event_dates, removed_at from ops.removals where built_at is null
    union all
    select erasure_id, event_dates, erased_at from ops.erasures where built_at is null
"""

_GONE = """
    select distinct batch_id from ops.removals where built_at is null
    except select batch_id from ops.batches
    order by batch_id
"""

# Products whose category is another one with the waiting batches than without. Which of several versions of one instant
# counts is the models' business: where they differ, the product counts as changed.
_RECATEGORISED = """
    with

    changed as (
        select product_id from raw.products where batch_id in (select unnest($batches))
        union
        select product_id from removed.products
    ),

    versions as (
        select
            product_id, updated_at, category,
            batch_id not in (select unnest($batches)) as is_before, true as is_after
        from raw.products semi join changed using (product_id)
        union all
        select product_id, updated_at, category, true, false from removed.products
    ),

    before as (
        select product_id, list(distinct category order by category) as categories
        from (from versions where is_before qualify updated_at = max(updated_at) over (partition by product_id))
        group by product_id
    ),

    after as (
        select product_id, list(distinct category order by category) as categories
        from (from versions where is_after qualify updated_at = max(updated_at) over (partition by product_id))
        group by product_id
    )

    select distinct event_date
    from intermediate.int_product_interactions
    semi join (
        select product_id
        from before full join after using (product_id)
        where before.categories is distinct from after.categories or len(after.categories) > 1
    ) using (product_id)
    order by event_date
"""


def waiting(connection: DuckDBPyConnection, models: str) -> Changes:
    """The changes that published marts lack. `models` is the fingerprint of the models that would build them."""
    rows = connection.execute(f"select batch_id, event_dates from ({_WAITING}) order by since, batch_id").fetchall()
    batches = tuple(dict.fromkeys(batch_id for batch_id, _ in rows))
    gone = connection.execute(_GONE).fetchall()
    removed = tuple(batch_id for (batch_id,) in gone)
    built_by = connection.execute("select value from ops.settings where name = 'models'").fetchone()
    if built_by is None or built_by[0] != models:
        return Changes(batches, is_whole=True, removed=removed, chunks=chunks_left(connection))
    return Changes(
        batches,
        tuple(sorted({day for _, days in rows for day in days})),
        _recategorised(connection, batches) if batches else (),
        removed=removed,
        chunks=chunks_left(connection),
    )


def _recategorised(connection: DuckDBPyConnection, batches: tuple[str, ...]) -> tuple[date, ...]:
    if not connection.execute("from duckdb_tables() where table_name = 'int_product_interactions'").fetchone():
        return ()  # nobody has built the marts, whatever the ledger says
    return tuple(day for (day,) in connection.execute(_RECATEGORISED, {"batches": list(batches)}).fetchall())


def take_out(connection: DuckDBPyConnection, batch_id: str) -> dict[str, int]:
    """Move a batch's rows from `raw` to `removed`, where models find what its going changes; rows by table."""
    rows = {}
    for table in RECORDS:
        connection.execute(f"insert into removed.{table} by name from raw.{table} where batch_id = ?", [batch_id])
        gone = connection.execute(f"delete from raw.{table} where batch_id = ?", [batch_id]).fetchone()
        if gone and gone[0]:
            rows[table] = gone[0]
    return rows


def settle(connection: DuckDBPyConnection, batches: tuple[str, ...]) -> None:
    """Forget the removed rows of `batches`: marts without them are published."""
    for table in RECORDS:
        connection.execute(f"delete from removed.{table} where batch_id in (select unnest(?))", [list(batches)])

"""What the published marts do not know yet, on BigQuery: batches that came or went, what days they touch."""

from __future__ import annotations

import json
from datetime import date, datetime

from flows.receipts import Changes
from flows.records import RECORDS
from flows.warehouse.bigquery_backfill import chunks_left
from flows.warehouse.bigquery_jobs import Jobs

# One row per batch that waits, whether it was loaded or taken out again; a person's rows that went are like a batch.
_WAITING = """
    select batch_id, event_dates, rows_by_table, since
    from (
        select batch_id, event_dates, rows_by_table, loaded_at as since from ops.batches where built_at is null
        union all
        select batch_id, event_dates, rows_by_table, removed_at from ops.removals where built_at is null
        union all
        select erasure_id, event_dates, rows_by_table, erased_at from ops.erasures where built_at is null
    )
    order by since, batch_id
"""

_GONE = """
    select distinct batch_id from ops.removals where built_at is null
    except distinct
    select batch_id from ops.batches
    order by batch_id
"""

# Products whose category is another one with the waiting batches than without, as duck_changes has it.
_OTHER_CATEGORIES = """
    with

    changed as (
        select product_id from raw.products where batch_id in unnest(@batches)
        union distinct
        select product_id from removed.products
    ),

    versions as (
        select
            product_id, updated_at, category,
            batch_id not in unnest(@batches) as is_before, true as is_after
        from raw.products where product_id in (select product_id from changed)
        union all
        select product_id, updated_at, category, true, false from removed.products
    ),

    before as (
        select product_id, string_agg(distinct category, '|' order by category) as categories
        from (
            select product_id, coalesce(category, '') as category
            from versions where is_before
            qualify updated_at = max(updated_at) over (partition by product_id)
        )
        group by product_id
    ),

    after as (
        select
            product_id, string_agg(distinct category, '|' order by category) as categories,
            count(distinct category) as number
        from (
            select product_id, coalesce(category, '') as category
            from versions where is_after
            qualify updated_at = max(updated_at) over (partition by product_id)
        )
        group by product_id
    ),

    recategorised as (
        select product_id
        from before full join after using (product_id)
        where before.categories is distinct from after.categories or after.number > 1
    )
"""

# It reads two columns of all days.
_THEIR_DAYS = """
    select distinct event_date
    from intermediate.int_product_interactions
    where product_id in (select product_id from recategorised)
    order by event_date
"""


def waiting(jobs: Jobs, models: str) -> Changes:
    """The changes that published marts lack. `models` is the fingerprint of the models that would build them."""
    rows = jobs.rows(_WAITING)
    batches = tuple(dict.fromkeys(row["batch_id"] for row in rows))
    removed = tuple(row["batch_id"] for row in jobs.rows(_GONE)) if rows else ()
    chunks = chunks_left(jobs)
    built_by = jobs.rows("select value from ops.settings where name = 'models'")
    if not built_by or built_by[0]["value"] != models:
        return Changes(batches, is_whole=True, removed=removed, chunks=chunks)
    days = sorted({day for row in rows for day in row["event_dates"]})
    brings_products = any("products" in json.loads(row["rows_by_table"]) for row in rows)
    recategorised = _recategorised(jobs, batches) if brings_products else ()
    return Changes(batches, tuple(days), recategorised, removed=removed, chunks=chunks)


def _recategorised(jobs: Jobs, batches: tuple[str, ...]) -> tuple[date, ...]:
    """The days of products that are in another category now, which are asked for only where there are such products."""
    batches_of = {"batches": list(batches)}
    if not jobs.rows(f"{_OTHER_CATEGORIES} select product_id from recategorised limit 1", batches_of):
        return ()
    return tuple(row["event_date"] for row in jobs.rows(_OTHER_CATEGORIES + _THEIR_DAYS, batches_of))


def mark_built(jobs: Jobs, changes: Changes, models: str, at: datetime) -> None:
    """Remember that published marts hold these changes since `at`, and forget the rows that they lack no more."""
    backfills = sorted({chunk.backfill_id for chunk in changes.chunks})
    gone = "batch_id in unnest(@batches)" + (" or batch_id in unnest(@backfills)" if backfills else "")
    settled = [f"delete from removed.{table} where {gone};" for table in RECORDS]
    if backfills:
        settled.append("update ops.backfills set built_at = @at where backfill_id in unnest(@backfills);")
    ledger = [
        f"update ops.{table} set built_at = @at where built_at is null and {key} in unnest(@batches);"
        for table, key in (("batches", "batch_id"), ("removals", "batch_id"), ("erasures", "erasure_id"))
    ]
    jobs.run(
        f"""
        begin transaction;
        {" ".join(ledger + settled) if changes.batches or backfills else ""}
        delete from ops.settings where name = 'models';
        insert into ops.settings (name, value) values ('models', @models);
        commit transaction;
        """,
        {"batches": list(changes.batches), "backfills": backfills, "models": models, "at": at},
    )

"""Batches that go out of BigQuery or are replaced: as statements of one transaction, beside what takes their place."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flows.errors import LedgerError
from flows.lake import is_dated
from flows.receipts import Removed
from flows.warehouse.bigquery_backfill import DISTRUST
from flows.warehouse.bigquery_jobs import Jobs
from flows.warehouse.tables import OPS, raw_fields


@dataclass(frozen=True)
class TakingOut:
    """What takes a batch and its replays out, for a script with the parameters `@members`, `@out`, `@replaced_by` (a
    text, '' for none) and `@at`; and what will be told of it."""

    removed: Removed
    members: tuple[str, ...]
    statements: tuple[str, ...]


def taking_out(jobs: Jobs, batch_id: str) -> TakingOut | None:
    """How a loaded batch and its replays go to `ops.removals`, their rows to `removed`; None if it is not loaded."""
    family = jobs.rows(
        "select batch_id, replay_of, event_dates, rows_by_table from ops.batches "
        "where batch_id = @id or replay_of = @id",
        {"id": batch_id},
    )
    if all(member["batch_id"] != batch_id for member in family):
        return None
    rows: Counter[str] = Counter()
    for member in family:
        rows.update(json.loads(member["rows_by_table"]))
    days = sorted({day for member in family for day in member["event_dates"]})
    statements = [DISTRUST]
    statements += [_WAIT_AGAIN] if any(m["batch_id"] == batch_id and m["replay_of"] for m in family) else []
    for table in rows:
        columns = ", ".join(field.name for field in raw_fields(table))
        theirs = f"batch_id in unnest(@members){on_days(days) if is_dated(table) else ''}"
        statements += [
            f"insert into removed.{table} ({columns}) select {columns} from raw.{table} where {theirs};",
            f"delete from raw.{table} where {theirs};",
        ]
    return TakingOut(
        Removed(batch_id, dict(rows), tuple(days)),
        tuple(member["batch_id"] for member in family),
        (*statements, *_LEDGER),
    )


def removed_before(jobs: Jobs, batch_id: str) -> Removed | None:
    """The batch as it was taken out, as long as published marts still hold it."""
    found = jobs.rows(
        "select rows_by_table, event_dates from ops.removals where batch_id = @id and built_at is null "
        "order by removed_at desc limit 1",
        {"id": batch_id},
    )
    return Removed(batch_id, json.loads(found[0]["rows_by_table"]), tuple(found[0]["event_dates"])) if found else None


def require(jobs: Jobs, batch_id: str, *, or_replaced: bool = False) -> None:
    """See `Warehouse.require`."""
    found = jobs.rows("select replay_of from ops.batches where batch_id = @id", {"id": batch_id})
    if not found and not (or_replaced and replaced_by(jobs, batch_id)):
        raise LedgerError(f"batch {batch_id} is not in the warehouse: `shopflow status` lists those that are")
    if found and found[0]["replay_of"] and or_replaced:
        raise LedgerError(
            f"batch {batch_id} is a replay of rows of batch {found[0]['replay_of']}: remove it, or replace that one"
        )


def replaced_by(jobs: Jobs, batch_id: str) -> str | None:
    """The batch that took the place of this one when it last went out."""
    found = jobs.rows(
        "select replaced_by from ops.removals where batch_id = @id order by removed_at desc limit 1", {"id": batch_id}
    )
    return found[0]["replaced_by"] if found else None


def require_replaced(jobs: Jobs, batch_id: str, by: str, *, is_loaded: bool) -> None:
    """Raise LedgerError unless the batch, which is not loaded, has given its place to `by`, which is."""
    other = replaced_by(jobs, batch_id)
    if other is None or (other == by and not is_loaded):
        require(jobs, batch_id)
    if other != by:
        raise LedgerError(f"batch {batch_id} was replaced by batch {other} before: replace that one")


# What a replay changes of the ledger, for a script with `@id`, `@of` (the batch whose rows passed) and `@passed`.
PASSED = (
    "insert into ops.replays (batch_id, replay_of, table_name, source_file, line) "
    "select cast(@id as string), cast(@of as string), table_name, source_file, line from lake.{passed};",
    "update ops.batches set quarantined = quarantined - @passed, replayed = coalesce(replayed, 0) + @passed "
    "where batch_id = @of;",
)


def on_days(days: Sequence[date]) -> str:
    """Partitions named by literals, so that no other one is read: what a table that requires a filter asks for."""
    listed = ", ".join(f"date '{day}'" for day in days)
    return f" and event_date in ({listed})" if days else " and event_date is null"


_WAIT_AGAIN = """
    update ops.batches set
        quarantined = quarantined + (select rows_read from ops.batches where batch_id = @out),
        replayed = replayed - (select rows_read from ops.batches where batch_id = @out)
    where batch_id = (select replay_of from ops.batches where batch_id = @out);
"""
_KEPT = ", ".join(
    field.name for field in OPS["removals"] if field.name not in ("removed_at", "replaced_by", "built_at")
)
_LEDGER = (
    f"insert into ops.removals ({_KEPT}, removed_at, replaced_by) "
    f"select {_KEPT}, cast(@at as timestamp), nullif(@replaced_by, '') from ops.batches "
    "where batch_id in unnest(@members);",
    "delete from ops.batches where batch_id in unnest(@members);",
    "delete from ops.replays where batch_id in unnest(@members) or replay_of in unnest(@members);",
)

"""What changes the ledger after a load: batches that go out or are replaced, refused rows that passed a replay."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime
from pathlib import Path

from duckdb import DuckDBPyConnection

from flows.errors import LedgerError
from flows.receipts import Removed, Validated
from flows.sources.files import as_pattern
from flows.warehouse import duck_backfill
from flows.warehouse.duck_changes import take_out


def take_out_whole(
    connection: DuckDBPyConnection, batch_id: str, at: datetime, replaced_by: str | None = None
) -> Removed | None:
    """Move a loaded batch and its replays to `ops.removals`, their rows out of `raw`; None if it is not loaded.

    Where it is a replay itself, its rows wait in the quarantine of their own batch again. `at` is in UTC.
    """
    family = connection.execute(
        "select batch_id, event_dates from ops.batches where batch_id = $1 or replay_of = $1 "
        "order by batch_id <> $1, batch_id",
        [batch_id],
    ).fetchall()
    if not family or family[0][0] != batch_id:
        return None
    duck_backfill.distrust(connection)
    _wait_again(connection, batch_id)
    rows: Counter[str] = Counter()
    days: set[date] = set()
    for member, dates in family:
        rows.update(take_out(connection, member))
        days.update(dates)
        connection.execute(
            "insert into ops.removals by name select * exclude (landed_at, built_at, derived, events_by_date, "
            "refused_by_reason), ? as removed_at, ? as replaced_by from ops.batches where batch_id = ?",
            [at, replaced_by, member],
        )
        connection.execute("delete from ops.batches where batch_id = ?", [member])
    connection.execute("delete from ops.replays where batch_id = $1 or replay_of = $1", [batch_id])
    return Removed(batch_id, dict(rows), tuple(sorted(days)))


def removed_before(connection: DuckDBPyConnection, batch_id: str) -> Removed | None:
    """The batch as it was taken out, as long as published marts still hold it."""
    found = connection.execute(
        "select rows_by_table, event_dates from ops.removals where batch_id = ? and built_at is null "
        "order by removed_at desc limit 1",
        [batch_id],
    ).fetchone()
    return Removed(batch_id, json.loads(found[0]), tuple(found[1])) if found else None


def require(connection: DuckDBPyConnection, batch_id: str, *, or_replaced: bool = False) -> None:
    """See `Warehouse.require`."""
    found = connection.execute("select replay_of from ops.batches where batch_id = ?", [batch_id]).fetchone()
    if found is None and not (or_replaced and replaced_by(connection, batch_id)):
        raise LedgerError(f"batch {batch_id} is not in the warehouse: `shopflow status` lists those that are")
    if found and found[0] and or_replaced:
        raise LedgerError(f"batch {batch_id} is a replay of rows of batch {found[0]}: remove it, or replace that one")


def replaced_by(connection: DuckDBPyConnection, batch_id: str) -> str | None:
    """The batch that took the place of this one when it last went out."""
    found = connection.execute(
        "select replaced_by from ops.removals where batch_id = ? order by removed_at desc limit 1", [batch_id]
    ).fetchone()
    return found[0] if found else None


def require_replaced(connection: DuckDBPyConnection, batch_id: str, by: str, *, is_loaded: bool) -> None:
    """Raise LedgerError unless the batch, which is not loaded, has given its place to `by`, which is."""
    other = replaced_by(connection, batch_id)
    if other is None or (other == by and not is_loaded):
        require(connection, batch_id)
    if other != by:
        raise LedgerError(f"batch {batch_id} was replaced by batch {other} before: replace that one")


def note_passed(connection: DuckDBPyConnection, validated: Validated, passed: Path) -> None:
    """Write down which refused rows a replay brought, and that they wait no longer.

    Raises LedgerError if they are not as many as it read, or if one of them was not waiting.
    """
    batch, rows = validated.batch, sum(count.rows_read for count in validated.counts)
    inserted = connection.execute(
        "insert into ops.replays by name select ? as batch_id, ? as replay_of, table_name, source_file, line "
        "from read_parquet(?, hive_partitioning = false)",
        [batch.batch_id, batch.replay_of, as_pattern(passed)],
    ).fetchone()
    twice = connection.execute(
        "select 1 from ops.replays where replay_of = ? group by table_name, source_file, line having count(*) > 1 "
        "limit 1",
        [batch.replay_of],
    ).fetchone()
    changed = connection.execute(
        "update ops.batches set quarantined = quarantined - $1, replayed = coalesce(replayed, 0) + $1 "
        "where batch_id = $2 and quarantined >= $1",
        [rows, batch.replay_of],
    ).fetchone()
    if inserted != (rows,) or twice or changed != (1,):
        raise LedgerError(
            f"the {rows} rows of replay {batch.batch_id} are not rows of batch {batch.replay_of} that wait in the "
            "quarantine; nothing was loaded"
        )


def _wait_again(connection: DuckDBPyConnection, replay_id: str) -> None:
    connection.execute(
        "update ops.batches set quarantined = quarantined + replay.rows_read, replayed = replayed - replay.rows_read "
        "from (select replay_of, rows_read from ops.batches where batch_id = ?) as replay "
        "where batches.batch_id = replay.replay_of",
        [replay_id],
    )

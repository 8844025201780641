"""A person's rows leave `raw`: as the removal of a batch does, for the models to find what that changes."""

from __future__ import annotations

import json
from collections.abc import Iterable

from duckdb import DuckDBPyConnection

from flows.checks.forgotten import id_columns, rows_of
from flows.receipts import Counted
from flows.records import RECORDS
from flows.warehouse import duck_backfill
from flows.warehouse.duck_record import keep_only
from flows.warehouse.erasure import Erasure

_FATES = """
    update ops.batches set
        rows_read = rows_read - $read_less, accepted = accepted - $taken, erased = $erased,
        quarantined =
            rows_read - $read_less - (accepted - $taken) - coalesce(replayed, 0) - duplicates - $erased,
        rows_by_table = $rows_by_table, refused_by_reason = $reasons,
        event_dates = coalesce((
            select list(distinct event_date order by event_date) from raw.events where batch_id = $batch_id
        ), [])
    where batch_id = $batch_id
"""

_THEIRS = ("select unnest($users::varchar[])", "select unnest($devices::varchar[])")


def count(connection: DuckDBPyConnection, schema: str, users: list[str], devices: list[str]) -> Counted:
    """These people's rows in `raw` or `removed`, by table and batch."""
    found = {}
    for table, theirs, ids in _conditions(users, devices):
        rows = connection.execute(
            f"select batch_id, count(*) from {schema}.{table} where {theirs} group by batch_id order by batch_id", ids
        ).fetchall()
        if rows:
            found[table] = dict(rows)
    return found


def erase(connection: DuckDBPyConnection, erasure: Erasure) -> Counted:
    """Move the rows from `raw` to `removed` under the erasure's own id, and let the ledger follow; rows by table and
    batch. All or nothing is the caller's transaction.

    No earlier serving copy is built upon any more: in its file the bytes of deleted rows would live on.
    """
    duck_backfill.distrust(connection)
    rows = count(connection, "raw", erasure.users, erasure.devices)
    for table, theirs, ids in _conditions(erasure.users, erasure.devices):
        if table in rows:
            connection.execute(
                f"insert into removed.{table} by name "
                f"select * replace ($erasure::varchar as batch_id) from raw.{table} where {theirs}",
                ids | {"erasure": erasure.erasure_id},
            )
            connection.execute(f"delete from raw.{table} where {theirs}", ids)
    _follow(connection, erasure, rows)
    _enter(connection, erasure, rows)
    keep_only(connection, [])
    return rows


def _conditions(users: list[str], devices: list[str]) -> Iterable[tuple[str, str, dict[str, object]]]:
    for table in RECORDS:
        if own := id_columns(table):
            ids: dict[str, object] = {"users": users}
            yield table, rows_of(table, *_THEIRS), ids | ({"devices": devices} if "anonymous_id" in own else {})


def _follow(connection: DuckDBPyConnection, erasure: Erasure, rows: Counted) -> None:
    """In `ops.batches`: fewer rows accepted and refused, and more erased. Their sum stays what was read.

    Rows of a replay were read by the batch that had them refused: there they are erased, and the replay has read fewer.
    """
    touched = {batch_id for batches in rows.values() for batch_id in batches} | set(erasure.lake_erased)
    known = connection.execute(
        "select batch_id, replay_of, rows_by_table, coalesce(erased, 0), refused_by_reason from ops.batches "
        "where batch_id in (select unnest($touched::varchar[])) or batch_id in ("
        "select replay_of from ops.batches where batch_id in (select unnest($touched::varchar[]))"
        ") order by replay_of is null, batch_id",
        {"touched": sorted(touched)},
    ).fetchall()
    for batch_id, replay_of, loaded, erased, reasons in known:
        by_table = {table: batches[batch_id] for table, batches in rows.items() if batch_id in batches}
        left = {table: number - by_table.get(table, 0) for table, number in json.loads(loaded).items()}
        taken = sum(by_table.values())
        if replay_of is None:
            erased = max(erasure.lake_erased.get(batch_id, 0), erased + taken)
        else:
            connection.execute(
                "update ops.batches set replayed = replayed - $taken where batch_id = $replay_of",
                {"taken": taken, "replay_of": replay_of},
            )
        connection.execute(
            _FATES,
            {
                "batch_id": batch_id,
                "read_less": taken if replay_of else 0,
                "taken": taken,
                "erased": erased,
                "rows_by_table": json.dumps({table: number for table, number in left.items() if number}),
                "reasons": json.dumps(erasure.lake_reasons.get(batch_id, json.loads(reasons)), ensure_ascii=False),
            },
        )


def _enter(connection: DuckDBPyConnection, erasure: Erasure, rows: Counted) -> None:
    """One row of `ops.erasures`, also of an erasure that is taken up again."""
    earlier = connection.execute(
        "select rows_by_table from ops.erasures where erasure_id = ?", [erasure.erasure_id]
    ).fetchone()
    by_table = {table: sum(batches.values()) for table, batches in rows.items()}
    if earlier is None:
        connection.execute(
            "insert into ops.erasures (erasure_id, subject, erased_at, event_dates, rows_by_table) "
            "values ($id, $subject, $at, [], '{}')",
            {"id": erasure.erasure_id, "subject": erasure.subject, "at": erasure.at},
        )
    elif not by_table:
        return
    for table, number in json.loads(earlier[0]).items() if earlier else ():
        by_table[table] = by_table.get(table, 0) + number
    connection.execute(
        """
        update ops.erasures set
            built_at = null, rows_by_table = $rows,
            event_dates = coalesce((
                select list(distinct event_date order by event_date) from removed.events where batch_id = $id
            ), [])
        where erasure_id = $id
        """,
        {"id": erasure.erasure_id, "rows": json.dumps(by_table)},
    )

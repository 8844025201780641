"""A person's rows leave `raw`: as the removal of a batch does, for the models to find what that changes."""

from __future__ import annotations

import json
from collections.abc import Iterable

from duckdb import DuckDBPyConnection

from flows.checks.forgotten import THEIRS, id_columns, rows_of
from flows.receipts import Counted
from flows.records import RECORDS
from flows.warehouse import duck_backfill
from flows.warehouse.duck_erased import follow
from flows.warehouse.duck_record import keep_only
from flows.warehouse.erased import without_quotes
from flows.warehouse.erasure import Erasure


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
    follow(connection, erasure, rows)
    for statement in without_quotes(", 'g'"):
        connection.execute(statement)
    _enter(connection, erasure, rows)
    keep_only(connection, [])
    return rows


def _conditions(users: list[str], devices: list[str]) -> Iterable[tuple[str, str, dict[str, object]]]:
    for table in RECORDS:
        if own := id_columns(table):
            ids: dict[str, object] = {"users": users}
            yield table, rows_of(table, *THEIRS), ids | ({"devices": devices} if "anonymous_id" in own else {})


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

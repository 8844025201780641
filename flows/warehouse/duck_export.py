"""From the warehouse to a serving file: a copy of the marts, read back and counted before anyone sees it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from flows.errors import WarehouseError
from flows.sources.sql import quoted
from flows.warehouse.duck_record import number_of, partly_built

# Beside the marts, what a dashboard says about freshness and health, and what readers of the quarantine have to know
# while a run holds the warehouse. These tables grow by a few rows a run, `replays` by one for each row that passed.
_OPS = ("batches", "files", "removals", "replays", "backfills", "erasures", "receipts", "settings")


def export(connection: DuckDBPyConnection, path: Path, version: str, at: datetime) -> dict[str, int]:
    """See `Warehouse.export`. The file also names itself and its making in `ops.publication`."""
    marts = [table for schema, table in _tables(connection, "current_database()") if schema == "marts"]
    if not marts:
        raise WarehouseError("there are no marts to publish: a dbt build makes them")
    since = _earlier(connection, path)
    if since is None:
        path.unlink(missing_ok=True)
    connection.execute(f"attach {quoted(path)} as serving")
    try:
        connection.begin()
        try:
            rows = _copy(connection, marts, since)
            connection.execute(
                "create or replace table serving.ops.publication as "
                "select ?::varchar as version, ?::timestamp as published_at",
                [version, at],
            )
            connection.commit()
        except BaseException:
            with suppress(duckdb.Error):
                connection.rollback()
            raise
        connection.execute("checkpoint serving")
    finally:
        # DuckDB lets go of a database by itself when its disk is full.
        if connection.execute("select 1 from duckdb_databases() where database_name = 'serving'").fetchone():
            connection.execute("detach serving")
    _read_back(connection, path, rows)
    return rows


def _earlier(connection: DuckDBPyConnection, path: Path) -> int | None:
    """Which publication the file at `path` is, None where there is no file, or none that can be built upon."""
    if not path.exists():
        return None
    with suppress(duckdb.Error):
        connection.execute(f"attach {quoted(path)} as earlier (read_only)")
        try:
            return number_of(connection, "earlier")
        finally:
            connection.execute("detach earlier")
    return None


def _copy(connection: DuckDBPyConnection, marts: list[str], since: int | None) -> dict[str, int]:
    """Bring `serving` up to date: of marts that were built in part only those rows, every other table whole."""
    in_part = {} if since is None else partly_built(connection, since)
    wanted = [*(("marts", mart) for mart in marts), *(("ops", table) for table in _OPS)]
    connection.execute("create schema if not exists serving.marts; create schema if not exists serving.ops")
    for schema, table in sorted(_tables(connection, "'serving'")):
        if (schema, table) not in wanted:
            connection.execute(f'drop table serving.{schema}."{table}"')
    comments = _comments(connection)
    for schema, table in wanted:
        if schema == "marts" and table in in_part:
            _copy_part(connection, table, *in_part[table])
        else:
            _copy_whole(connection, schema, table, comments.get((schema, table), ()))
    return {mart: _count(connection, f'serving.marts."{mart}"') for mart in marts}


def _copy_part(connection: DuckDBPyConnection, mart: str, key: str, values: str) -> None:
    connection.execute(f'delete from serving.marts."{mart}" where {key} in ({values})')
    connection.execute(f'insert into serving.marts."{mart}" by name (from marts."{mart}" where {key} in ({values}))')


def _copy_whole(connection: DuckDBPyConnection, schema: str, table: str, comments: Iterable[tuple[str, str]]) -> None:
    target = f'serving.{schema}."{table}"'
    connection.execute(f'create or replace table {target} as from {schema}."{table}"')
    for column, comment in comments:
        what = f'column {target}."{column}"' if column else f"table {target}"
        connection.execute(f"comment on {what} is {quoted(comment)}")


def _read_back(connection: DuckDBPyConnection, path: Path, rows: dict[str, int]) -> None:
    connection.execute(f"attach {quoted(path)} as serving (read_only)")
    try:
        for table, expected in rows.items():
            for where in ("serving.marts", "marts"):
                found = _count(connection, f'{where}."{table}"')
                if found != expected:
                    raise WarehouseError(
                        f"the serving copy was not published: {table} was copied with {expected} rows, "
                        f"but {where} holds {found}"
                    )
    finally:
        connection.execute("detach serving")


def _count(connection: DuckDBPyConnection, relation: str) -> int:
    (count,) = connection.execute(f"select count(*) from {relation}").fetchall()[0]
    return int(count)


def _tables(connection: DuckDBPyConnection, database: str) -> list[tuple[str, str]]:
    return connection.execute(
        "select table_schema, table_name from information_schema.tables "
        f"where table_catalog = {database} and table_schema in ('marts', 'ops') order by all"
    ).fetchall()


def _comments(connection: DuckDBPyConnection) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Column and comment of all that have one, by schema and table; the table's own comment is that of column ''."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    # At once: DuckDB goes through the columns of all tables for each such question.
    for schema, table, column, comment in connection.execute(
        """
        select schema_name, table_name, '' as name, comment from duckdb_tables()
        where database_name = current_database() and comment is not null
        union all
        select schema_name, table_name, column_name, comment from duckdb_columns()
        where database_name = current_database() and comment is not null
        """
    ).fetchall():
        found.setdefault((schema, table), []).append((column, comment))
    return found

"""From the warehouse to a serving file: a plain copy of the marts, read back and counted before anyone sees it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from duckdb import DuckDBPyConnection

from flows.errors import WarehouseError
from flows.warehouse.duck_tables import quoted

# Beside the marts, what a dashboard says about freshness and health. These tables grow by a few rows a run.
_OPS = ("batches", "removals", "receipts", "settings")


def export(connection: DuckDBPyConnection, path: Path, version: str) -> dict[str, int]:
    """See `Warehouse.export`. The file also names itself and its making in `ops.publication`."""
    marts = _tables(connection)
    if not marts:
        raise WarehouseError("there are no marts to publish: a dbt build makes them")
    connection.execute(f"attach {quoted(path)} as serving")
    try:
        rows = _copy(connection, marts)
        connection.execute(
            "create table serving.ops.publication as select ?::varchar as version, ?::timestamp as published_at",
            [version, datetime.now(UTC).replace(tzinfo=None)],
        )
        connection.execute("checkpoint serving")
    finally:
        # DuckDB lets go of a database by itself when its disk is full.
        if connection.execute("select 1 from duckdb_databases() where database_name = 'serving'").fetchone():
            connection.execute("detach serving")
    _read_back(connection, path, rows)
    return rows


def _copy(connection: DuckDBPyConnection, marts: list[str]) -> dict[str, int]:
    rows = {}
    for schema, tables in (("marts", marts), ("ops", list(_OPS))):
        connection.execute(f"create schema serving.{schema}")
        for table in tables:
            source, target = f'{schema}."{table}"', f'serving.{schema}."{table}"'
            copied = connection.execute(f"create table {target} as from {source}").fetchone()
            for column, comment in _comments(connection, schema, table):
                what = f'column {target}."{column}"' if column else f"table {target}"
                connection.execute(f"comment on {what} is {quoted(comment)}")
            if schema == "marts":
                rows[table] = copied[0] if copied else 0
    return rows


def _read_back(connection: DuckDBPyConnection, path: Path, rows: dict[str, int]) -> None:
    connection.execute(f"attach {quoted(path)} as serving (read_only)")
    try:
        for table, expected in rows.items():
            for where in ("serving.marts", "marts"):
                found = connection.execute(f'select count(*) from {where}."{table}"').fetchone()
                if found is None or found[0] != expected:
                    raise WarehouseError(
                        f"the serving copy was not published: {table} was copied with {expected} rows, "
                        f"but {where} holds {found[0] if found else 0}"
                    )
    finally:
        connection.execute("detach serving")


def _tables(connection: DuckDBPyConnection) -> list[str]:
    return [
        name
        for (name,) in connection.execute(
            "select table_name from information_schema.tables where table_catalog = current_database() "
            "and table_schema = 'marts' order by table_name"
        ).fetchall()
    ]


def _comments(connection: DuckDBPyConnection, schema: str, table: str) -> list[tuple[str, str]]:
    return connection.execute(
        """
        select '' as name, comment from duckdb_tables()
        where database_name = current_database() and schema_name = $1 and table_name = $2 and comment is not null
        union all
        select column_name, comment from duckdb_columns()
        where database_name = current_database() and schema_name = $1 and table_name = $2 and comment is not null
        """,
        [schema, table],
    ).fetchall()

"""The tables of `raw` and `ops` in DuckDB: made where they lack, compared where they exist, filled from the lake."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from duckdb import DuckDBPyConnection

from flows.checks.days import day_of
from flows.errors import LedgerError, SettingsError, WarehouseError
from flows.records import RECORDS
from flows.sources.files import as_pattern
from flows.sources.sql import quoted
from flows.warehouse.tables import OPS, Field, raw_fields


def prepare(connection: DuckDBPyConnection) -> None:
    """Make the schemas and tables of `raw` and `ops` that do not exist, with what their columns mean as comments.

    A table of `ops` that an earlier version made gets the columns that it lacks, with 0 for counts and null for others.
    """
    found: dict[tuple[str, str], set[str]] = {}
    for schema, table, column in connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() "
        "where schema_name in ('raw', 'removed', 'ops')"
    ).fetchall():
        found.setdefault((schema, table), set()).add(column)
    rows = {(schema, table): raw_fields(table) for schema in ("raw", "removed") for table in RECORDS}
    wanted = rows | {("ops", name): OPS[name] for name in OPS}
    for (schema, table), fields in wanted.items():
        if (schema, table) not in found:
            connection.execute(f"create schema if not exists {schema}; {_definition(f'{schema}.{table}', fields)}")
        elif schema == "ops":
            for field in (field for field in fields if field.name not in found[schema, table]):
                default = " default 0" if field.duckdb == "BIGINT" else ""
                connection.execute(f"alter table ops.{table} add column {field.name} {field.duckdb}{default}")
                connection.execute(f"comment on column ops.{table}.{field.name} is {quoted(field.description)}")


def _definition(name: str, fields: Sequence[Field]) -> str:
    columns = ", ".join(f"{f.name} {f.duckdb}{' not null' if f.is_required else ''}" for f in fields)
    comments = [f"comment on column {name}.{f.name} is {quoted(f.description)}" for f in fields]
    return "; ".join([f"create table {name} ({columns})", *comments])


def refuse_drift(connection: DuckDBPyConnection) -> None:
    """Raise WarehouseError, naming every column, if a table of `raw` is not as the records say."""
    found: dict[str, dict[str, str]] = {table: {} for table in RECORDS}
    for table, column, kind in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where schema_name = 'raw' order by column_index"
    ).fetchall():
        found.setdefault(table, {})[column] = kind
    told = []
    for table in RECORDS:
        wanted = {field.name: field.duckdb for field in raw_fields(table)}
        told += [f"raw.{table} lacks {name} {kind}" for name, kind in wanted.items() if name not in found[table]]
        for name, kind in found[table].items():
            if name not in wanted:
                told.append(f"raw.{table} has {name} {kind}, which no record knows")
            elif kind != wanted[name]:
                told.append(f"raw.{table}.{name} is {kind}, the record says {wanted[name]}")
    if told:
        raise WarehouseError(
            f"the warehouse's columns have drifted from the records, nothing was loaded: {'; '.join(told)}"
        )


def refuse_other_days(connection: DuckDBPyConnection, files: Iterable[Path], zone: ZoneInfo) -> None:
    """Raise SettingsError if a row of these files of events lies on another day than its `event_date` says.

    So it is after a batch was validated under another time zone. Reads two columns: a hundredth of what loading costs.
    """
    rows = "select event_date, event_timestamp::timestamp as moment from read_parquet(?, hive_partitioning = false)"
    other = connection.execute(
        f"select event_date, min(moment), max(moment) from ({rows}) "
        f"where event_date is distinct from {day_of('moment', zone)} group by all order by all limit 1",
        [[as_pattern(file) for file in files]],
    ).fetchone()
    if other:
        day, first, last = other
        raise SettingsError(
            f"the batch has events of {day} from {first} to {last} UTC, which is not that day in {zone}: it was "
            "validated under another SHOPFLOW_REPORTING_TIMEZONE; remove its file below lake/batches and run again"
        )


def insert(connection: DuckDBPyConnection, table: str, files: Iterable[Path], rows: int) -> None:
    """Append the rows of the lake's `files` to `raw.<table>`, by column name.

    Raises LedgerError if they are not `rows` in number; the caller's transaction decides what becomes of them.
    """
    fields = raw_fields(table)
    names = ", ".join(field.name for field in fields)
    # An instant with a zone becomes UTC by this cast, because the session's zone is UTC.
    values = ", ".join(f"cast({field.name} as {field.duckdb})" for field in fields)
    inserted = connection.execute(
        f"insert into raw.{table} ({names}) select {values} from read_parquet(?, hive_partitioning = false)",
        [[as_pattern(file) for file in files]],
    ).fetchone()
    if inserted is None or inserted[0] != rows:
        raise LedgerError(
            f"{table}: {rows} rows were accepted, but the lake's files hold {inserted[0] if inserted else 0}; "
            "nothing was loaded"
        )

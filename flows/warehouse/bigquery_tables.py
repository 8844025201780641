"""The datasets and tables of `raw`, `removed` and `ops` in BigQuery: made where they lack, else compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flows.errors import WarehouseError
from flows.lake import is_dated
from flows.records import RECORDS
from flows.warehouse.bigquery_jobs import DATASETS, Jobs
from flows.warehouse.bigquery_turn import FIELDS as TURN
from flows.warehouse.tables import OPS, Field, raw_fields

if TYPE_CHECKING:
    from google.cloud import bigquery

_ABOUT = {
    "raw": "Rows as they were accepted, one table for each record.",
    "removed": "Rows that left raw and are still in the marts; empty after every run.",
    "ops": "The ledger: batches, receipts, and what waits for the marts.",
    "lake": "Batches on their way from the lake to raw. Each table expires after a week.",
    "staging": "The raw tables, cast and freed of copies.",
    "intermediate": "What the marts are made of.",
    "marts": "What is published: one table for each question.",
}
# What names all partitions of `raw.events`, which is not to be read without a word about its days.
EVERY_DAY = "event_date >= date '0001-01-01'"
_prepared: set[tuple[str, str]] = set()
_WEEK_MS = 7 * 24 * 3600 * 1000
# BigQuery's names of types in a schema, where they are not those of its SQL.
_OLD_NAMES = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL"}


def prepare(jobs: Jobs) -> None:
    """Make the datasets and the tables of `raw`, `removed` and `ops` that do not exist; what exists is left as it is.

    Once in a process: a run opens its warehouse many times, and each look costs a second of a distant service. A table
    of `ops` that an earlier version made gets the columns that it lacks. Raises WarehouseError, naming what to grant,
    where it may not.
    """
    wanted = {("ops", name): fields for name, fields in [*OPS.items(), ("turn", TURN)]}
    wanted |= {(dataset, table): raw_fields(table) for dataset in ("raw", "removed") for table in RECORDS}
    place = (jobs.settings.bigquery_endpoint, jobs.dataset(""))
    if place in _prepared:
        return
    with jobs.translated(f"the datasets of {jobs.client.project}"):
        there = {found.dataset_id for found in jobs.client.list_datasets(retry=jobs.retry)}
        for name in DATASETS:
            if f"{jobs.settings.bigquery_dataset_prefix}{name}" not in there:
                _make_dataset(jobs, name)
        tables = {name: _tables(jobs, name) for name in ("raw", "removed", "ops")}
        for (dataset, table), fields in wanted.items():
            if table not in tables[dataset]:
                make_table(jobs, dataset, table, fields, is_dated_table=table in RECORDS and is_dated(table))
            elif dataset == "ops" and table in OPS:
                _widen(jobs, table, fields)
    _prepared.add(place)


def forget_prepared() -> None:
    """Look again for the tables at the next opening: somebody may have removed them."""
    _prepared.clear()


def _tables(jobs: Jobs, dataset: str) -> set[str]:
    return {table.table_id for table in jobs.client.list_tables(jobs.dataset(dataset), retry=jobs.retry)}


def make_table(
    jobs: Jobs,
    dataset: str,
    table: str,
    fields: Sequence[Field],
    *,
    is_dated_table: bool = False,
    clustered_by: Sequence[str] = (),
    about: str = "",
) -> None:
    """Make a table with its columns, their descriptions, and the product's labels; nothing if it is there.

    Tables of events are partitioned by day, and no question may read them without naming days.
    """
    from google.cloud import bigquery

    made = bigquery.Table(f"{jobs.dataset(dataset)}.{table}", schema=[schema_field(field) for field in fields])
    made.description, made.labels = about or _about(dataset, table), jobs.settings.labels
    if is_dated_table:
        made.time_partitioning = bigquery.TimePartitioning(field="event_date")
        made.require_partition_filter = dataset == "raw"
        made.clustering_fields = ["batch_id", "event_type"]
    elif dataset == "raw":
        made.clustering_fields = [table.removesuffix("s") + "_id"]
    elif clustered_by:
        made.clustering_fields = list(clustered_by)
    jobs.client.create_table(made, exists_ok=True, retry=jobs.retry)


def schema_field(field: Field) -> bigquery.SchemaField:
    """A column as BigQuery's API takes it."""
    from google.cloud import bigquery

    kind, mode = field.bigquery, "REQUIRED" if field.is_required else "NULLABLE"
    if kind.startswith("ARRAY<"):
        kind, mode = kind[6:-1], "REPEATED"
    size, _, scale = kind.partition("(")[2].rstrip(")").partition(",")
    number = {"precision": int(size), "scale": int(scale)} if scale else {}
    return bigquery.SchemaField(field.name, kind.partition("(")[0], mode, description=field.description, **number)


def refuse_drift(jobs: Jobs) -> None:
    """Raise WarehouseError, naming every column, if a table of `raw` is not as the records say."""
    told = []
    for table in RECORDS:
        with jobs.translated(f"raw.{table}"):
            schema = jobs.client.get_table(f"{jobs.dataset('raw')}.{table}", retry=jobs.retry).schema
        found = {column.name: _kind(column) for column in schema}
        wanted = {field.name: _kind(schema_field(field)) for field in raw_fields(table)}
        told += [f"raw.{table} lacks {name} {kind}" for name, kind in wanted.items() if name not in found]
        for name, kind in found.items():
            if name not in wanted:
                told.append(f"raw.{table} has {name} {kind}, which no record knows")
            elif kind != wanted[name]:
                told.append(f"raw.{table}.{name} is {kind}, the record says {wanted[name]}")
    if told:
        raise WarehouseError(
            f"the warehouse's columns have drifted from the records, nothing was loaded: {'; '.join(told)}"
        )


def _kind(column: bigquery.SchemaField) -> str:
    kind = _OLD_NAMES.get(column.field_type, column.field_type)
    if column.precision:
        kind += f"({column.precision},{column.scale or 0})"
    return f"ARRAY<{kind}>" if column.mode == "REPEATED" else kind


def _make_dataset(jobs: Jobs, name: str) -> None:
    from google.cloud import bigquery

    made = bigquery.Dataset(jobs.dataset(name))
    made.location, made.labels = jobs.settings.bigquery_location, jobs.settings.labels
    made.description = _ABOUT[name]
    if name == "lake":
        made.default_table_expiration_ms = _WEEK_MS
    jobs.client.create_dataset(made, exists_ok=True, retry=jobs.retry)


def _widen(jobs: Jobs, table: str, fields: Sequence[Field]) -> None:
    known = jobs.client.get_table(f"{jobs.dataset('ops')}.{table}", retry=jobs.retry)
    there = {column.name for column in known.schema}
    lacking = [schema_field(field) for field in fields if field.name not in there]
    if lacking:
        # A column that is added to a table with rows cannot be required; a count that lacks reads as null.
        known.schema = [*known.schema, *(column for column in map(_optional, lacking))]
        jobs.client.update_table(known, ["schema"], retry=jobs.retry)


def _optional(column: bigquery.SchemaField) -> bigquery.SchemaField:
    from google.cloud import bigquery

    mode = "REPEATED" if column.mode == "REPEATED" else "NULLABLE"
    return bigquery.SchemaField(column.name, column.field_type, mode, description=column.description)


def _about(dataset: str, table: str) -> str:
    if dataset == "ops":
        return f"The ledger's {table}."
    record = (RECORDS[table].__doc__ or table).strip().splitlines()[0]
    return f"{record} {_ABOUT[dataset]}"


def insertion(table: str, *rows: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """An insert into a table of `ops`, and its parameters; a null is written as such, for it would have no type."""
    kinds = {field.name: field.bigquery for field in OPS[table]}
    params, lines = {}, []
    for number, row in enumerate(rows):
        cells = []
        for name, value in row.items():
            if value is None or value == []:
                cells.append(f"cast({'null' if value is None else '[]'} as {kinds[name]})")
            else:
                params[f"{name}_{number}"] = value
                cells.append(f"@{name}_{number}")
        lines.append(f"({', '.join(cells)})")
    return f"insert into ops.{table} ({', '.join(rows[0])}) values {', '.join(lines)};", params

"""Every SQL text that crossed the wire, and what Google's analyzer says of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from emulator.asking import SqlLibrary
from emulator.start import Emulator
from flows.records import RECORDS
from flows.settings import Settings
from flows.warehouse.bigquery_files import STAGED
from flows.warehouse.bigquery_turn import FIELDS as TURN
from flows.warehouse.tables import OPS, raw_fields

_NAMES = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL"}
_VIEWS = {
    "INFORMATION_SCHEMA.TABLES": "table_catalog table_schema table_name table_type",
    "INFORMATION_SCHEMA.COLUMNS": "table_catalog table_schema table_name column_name is_nullable data_type "
    "is_partitioning_column ordinal_position:INT64 clustering_ordinal_position:INT64",
    "INFORMATION_SCHEMA.COLUMN_FIELD_PATHS": "table_catalog table_schema table_name column_name field_path data_type "
    "description",
    "INFORMATION_SCHEMA.TABLE_OPTIONS": "table_catalog table_schema table_name option_name option_type option_value",
    "INFORMATION_SCHEMA.MATERIALIZED_VIEWS": "table_catalog table_schema table_name",
    "__TABLES__": "project_id dataset_id table_id creation_time:INT64 last_modified_time:INT64 row_count:INT64 "
    "size_bytes:INT64 type:INT64",
}


@dataclass(frozen=True)
class Statement:
    """A text that was sent, as often as it may have been."""

    sql: str
    is_done: bool


def every_statement(emulator: Emulator, prefix: str = "") -> list[Statement]:
    """What was sent and names a dataset of the prefix, each text once, in the order of first sending."""
    found: dict[str, bool] = {}
    for job in emulator.jobs():
        sql = job["configuration"].get("query", {}).get("query")
        if sql and prefix in sql:
            found[sql] = found.get(sql, False) or "errorResult" not in job["status"]
    return [Statement(sql, is_done) for sql, is_done in found.items()]


def every_table(emulator: Emulator, prefix: str = "") -> dict[str, dict[str, str]]:
    """The columns of every table in datasets of the prefix, BigQuery's views of metadata among them."""
    root, tables = f"/bigquery/v2/projects/{emulator.project}/datasets", {}
    for dataset in emulator.ask("GET", f"{root}?maxResults=100000").get("datasets", []):
        name = dataset["datasetReference"]["datasetId"]
        if not name.startswith(prefix):
            continue
        for table in emulator.ask("GET", f"{root}/{name}/tables?maxResults=100000").get("tables", []):
            place = table["tableReference"]["tableId"]
            fields = emulator.ask("GET", f"{root}/{name}/tables/{place}").get("schema", {}).get("fields", [])
            tables[f"{emulator.project}.{name}.{place}"] = {field["name"]: _kind(field) for field in fields}
        for view, columns in _VIEWS.items():
            tables[f"{emulator.project}.{name}.{view}"] = {
                column: kind or "STRING" for column, _, kind in (each.partition(":") for each in columns.split())
            }
    return tables


def own_tables(settings: Settings) -> dict[str, dict[str, str]]:
    """The tables of `raw`, `removed` and `ops`, as the code makes them: for a statement or two, without asking."""
    place = f"{settings.bigquery_project}.{settings.bigquery_dataset_prefix}"
    fields = {f"ops.{name}": list(columns) for name, columns in [*OPS.items(), ("turn", TURN)]}
    fields |= {f"{dataset}.{table}": list(raw_fields(table)) for dataset in ("raw", "removed") for table in RECORDS}
    return {
        f"{place}{name}": {f.name: f.bigquery.partition("(")[0] for f in columns} for name, columns in fields.items()
    }


def staged(emulator: Emulator, prefix: str) -> dict[str, dict[str, str]]:
    """The tables of dataset `lake` that load jobs have filled, with their columns: most are gone."""
    found = {}
    for job in emulator.jobs():
        place = job["configuration"].get("load", {}).get("destinationTable", {})
        if place.get("datasetId") == f"{prefix}lake":
            table = place["tableId"].split("_")[0]
            others = {"files": STAGED, "passed": OPS["replays"]}
            fields = raw_fields(table) if table in RECORDS else others[table]
            columns = {field.name: field.bigquery.partition("(")[0] for field in fields}
            found[f"{place['projectId']}.{place['datasetId']}.{place['tableId']}"] = columns
    return found


def refused_by(
    analyzer: SqlLibrary, emulator: Emulator, prefix: str = "", gone: dict[str, dict[str, str]] | None = None
) -> dict[str, str]:
    """The statements that BigQuery would not understand, and why; those that failed on the emulator are left out.

    `gone` are tables that were there when a statement was sent. A `?` is given a name, for the analyzer wants all
    parameters to have one.
    """
    tables = every_table(emulator, prefix) | (gone or {})
    checked = {
        each.sql: analyzer.check(re.sub(r"= \?(?=\s|$)", "= @given", each.sql), tables)
        for each in every_statement(emulator, prefix)
        if each.is_done
    }
    return {sql: error for sql, error in checked.items() if error}


def _kind(field: dict) -> str:
    kind = _NAMES.get(field["type"], field["type"])
    if kind in ("RECORD", "STRUCT"):
        inner = ", ".join(f"{each['name']} {_kind(each)}" for each in field["fields"])
        kind = f"STRUCT<{inner}>"
    return f"ARRAY<{kind}>" if field.get("mode") == "REPEATED" else kind

"""INFORMATION_SCHEMA with quoted parts (Soda), COLUMN_FIELD_PATHS and __TABLES__ (dbt docs generate) are unknown.

The columns of those that it knows lose their names where they are joined, and a question about one table of a dataset
writes out and reads all of them, which takes half a minute where there are a hundred.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

import bqemulator.sql.inner_query as inner_query
import bqemulator.sql.rewriter.information_schema as views
import sqlglot
from sqlglot import exp

_DATASET = r"`?(?P<project>[A-Za-z0-9_\-]+)`?\s*\.\s*`?(?P<dataset>[A-Za-z0-9_\-]+)`?\s*\.\s*"
_QUOTED = re.compile(r"`INFORMATION_SCHEMA`\s*\.\s*`?(\w+)`?", re.IGNORECASE)
_PATHS = re.compile(_DATASET + r"INFORMATION_SCHEMA\s*\.\s*`?COLUMN_FIELD_PATHS`?", re.IGNORECASE)
_TABLES = re.compile(_DATASET + r"`?__TABLES__`?", re.IGNORECASE)
_ASKED = re.compile(r"\btable_name`?\s*=\s*'+(\w+)'+", re.IGNORECASE)
_PATH_COLUMNS = "table_catalog table_schema table_name column_name field_path data_type description"
_TABLE_COLUMNS = "project_id dataset_id table_id creation_time last_modified_time row_count size_bytes type"


def close() -> None:
    plain = inner_query.expand_information_schema

    def expand(sql: str, project: str, catalog: Any) -> str:
        sql = _QUOTED.sub(r"INFORMATION_SCHEMA.\1", sql)
        if names := _ASKED.findall(sql):
            catalog = _Some(catalog, names)
        sql = _PATHS.sub(lambda found: _paths(catalog.list_tables(found["project"], found["dataset"])), sql)
        sql = _TABLES.sub(lambda found: _tables(catalog.list_tables(found["project"], found["dataset"])), sql)
        return plain(sql, project, catalog)

    inner_query.expand_information_schema = expand
    for name in [name for name in vars(views) if name.endswith("_as_values")]:
        setattr(views, name, _named(getattr(views, name)))
    views._empty_mv_values_subquery = lambda: _union([], " ".join(views._MV_COLUMNS))


class _Some:
    """A catalog with only the tables that a question asks for by name."""

    def __init__(self, catalog: Any, names: list[str]) -> None:
        self._catalog, self._names = catalog, names

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalog, name)

    def list_tables(self, *place: str) -> tuple[Any, ...]:
        return tuple(table for table in self._catalog.list_tables(*place) if table.table_id in self._names)


def _paths(tables: Sequence[Any]) -> str:
    text = views._sql_literal
    rows = [
        (
            *map(text, (table.project_id, table.dataset_id, table.table_id, field.name, field.name)),
            text(views._render_data_type(field)),
            text(field.description) if field.description else "CAST(NULL AS STRING)",
        )
        for table in tables
        for field in table.schema_.fields
    ]
    return _union(rows, _PATH_COLUMNS)


def _tables(tables: Sequence[Any]) -> str:
    rows = [
        (
            *map(views._sql_literal, (table.project_id, table.dataset_id, table.table_id)),
            int(table.creation_time.timestamp() * 1000),
            int(table.last_modified_time.timestamp() * 1000),
            table.num_rows,
            table.num_bytes,
            2 if table.table_type == "VIEW" else 1,
        )
        for table in tables
    ]
    return _union(rows, _TABLE_COLUMNS)


def _named(make: Callable[..., str]) -> Callable[..., str]:
    def inner(*told: Any, **more: Any) -> str:
        sql = make(*told, **more)
        values = sqlglot.parse_one(sql.strip()[1:-1], read="duckdb").find(exp.Values) if "(VALUES " in sql else None
        if values is None or not values.args.get("alias"):
            return sql
        columns = " ".join(column.name for column in values.args["alias"].columns)
        rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in values.expressions]
        return _union([[cell.sql("bigquery") for cell in row] for row in rows], columns)

    return inner


def _union(rows: Sequence[Sequence[Any]], columns: str) -> str:
    names = columns.split()
    selects = [
        "SELECT " + ", ".join(f"{value} AS {name}" for value, name in zip(row, names, strict=True)) for row in rows
    ]
    nothing = "SELECT " + ", ".join(f"CAST(NULL AS STRING) AS {name}" for name in names) + " WHERE FALSE"
    return f"({' UNION ALL '.join(selects or [nothing])})"

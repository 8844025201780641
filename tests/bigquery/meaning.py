"""The models once more, by neither engine: Google's reference evaluator runs the SQL that dbt compiled for BigQuery."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from emulator.asking import SqlLibrary, Table
from flows.records import RECORDS
from flows.warehouse.tables import raw_fields
from tests.bigquery.pair import Compared
from tests.bigquery.twins import Cells, cells, duck_rows
from tests.increments.shop import Shop

PROJECT = "emulated"  # as it is named where only an emulator's address is set

_VALUES: dict[str, Callable[[str], Any]] = {
    "DATE": date.fromisoformat,
    "TIMESTAMP": datetime.fromisoformat,
    "NUMERIC": Decimal,
}


def meanings(evaluator: SqlLibrary, models: Mapping[str, dict[str, Any]], duck: Shop) -> Iterator[Compared]:
    """How far each model that can be read is the same as DuckDB's, parents before children.

    `models` is the project compiled for BigQuery. Only the rows of raw are DuckDB's: each model is made of what the
    evaluator itself made of its parents. Raises RefusedSql where it cannot.
    """
    tables = {
        _named(f"{dataset}.{record}"): _raw(duck, dataset, record)
        for dataset in ("raw", "removed")
        for record in RECORDS
    }
    for node in models.values():
        if node["kind"] == "model" and node["materialized"] != "ephemeral":
            read = {name: table for name, table in tables.items() if _quoted(name) in node["sql"]}
            made = evaluator.table(node["sql"], read)
            tables[_named(node["relation"])] = made
            yield _compared(node["relation"], _rows(made), duck_rows(duck, node["relation"]))


def _compared(relation: str, evaluated: Counter[Cells], duck: Counter[Cells]) -> Compared:
    told = [*(f"evaluator: {row}" for row in evaluated - duck), *(f"DuckDB: {row}" for row in duck - evaluated)]
    return Compared(relation, (evaluated & duck).total(), told)


def _named(relation: str) -> str:
    return f"{PROJECT}.{relation}"


def _quoted(name: str) -> str:
    return ".".join(f"`{part}`" for part in name.split("."))


def _raw(duck: Shop, dataset: str, record: str) -> Table:
    fields = raw_fields(record)
    columns = ", ".join(field.name for field in fields)
    rows = duck.con.execute(f"select {columns} from {dataset}.{record}").fetchall()
    return {field.name: field.bigquery for field in fields}, rows


def _rows(table: Table) -> Counter[Cells]:
    columns, rows = table
    return Counter(
        cells({name: _value(cell, kind) for (name, kind), cell in zip(columns.items(), row, strict=True)})
        for row in rows
    )


def _value(cell: Any, kind: str) -> Any:
    return cell if cell is None else _VALUES.get(kind, lambda plain: plain)(cell)

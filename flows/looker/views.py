"""One mart as a LookML view: a dimension for each column, by its type, a primary key, and the metrics' measures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.looker.marts import Column, Mart
from flows.looker.measures import Field, Measures, mart_of, measures_of

Metrics = Mapping[str, Mapping[str, Any]]

_DAY = ["raw", "date", "week", "month", "quarter", "year"]
_INSTANT = ["raw", "time", "hour", *_DAY[1:]]


def view_of(mart: Mart, metrics: Metrics) -> dict[str, Any]:
    """The view of a mart, as `lkml` writes it. Where it lies is told by the constant `marts`, which a project may set.

    Raises SettingsError where a metric's measure cannot be made.
    """
    columns = fields_of(mart, metrics)
    measures = measures_of(mart.name, metrics, columns)
    dimensions, groups = [], []
    for column in mart.columns:
        if _frames(column):
            groups.append(_group(column, columns[column.name]))
        else:
            dimensions.append(_dimension(column, columns[column.name], mart, measures))
    if len(mart.key) > 1:
        dimensions.insert(0, _key(mart))
    view: dict[str, Any] = {"name": mart.name, "sql_table_name": f"@{{marts}}.{mart.name}", "dimensions": dimensions}
    if groups:
        view["dimension_groups"] = groups
    rows = {"name": "rows", "type": "count", "description": "Rows of the mart; what one row is, its explore says."}
    return view | {"measures": [*measures.fields, rows]}


def fields_of(mart: Mart, metrics: Metrics) -> dict[str, str]:
    """What the field, or the group of fields, of each column is called.

    A day loses its `_date`, for the group adds it again; an instant its `_at`, unless that is another field's name. A
    metric keeps its name, and a column of that name makes room.
    """
    names = {column.name for column in mart.columns}
    measured = {name for name, metric in metrics.items() if mart_of(metric) == mart.name}
    found: dict[str, str] = {}
    for column in sorted(mart.columns, key=lambda column: not column.kind.startswith("date")):  # days choose first
        short = column.name
        if frames := _frames(column):
            short = short.removesuffix("_date").removesuffix("_at")
            taken = (names | set(found.values())) - {column.name}
            if short in taken or {f"{short}_{frame}" for frame in frames} & taken:
                short = column.name
        found[column.name] = f"{short}_of_row" if short in measured else short
    return found


def field_names(view: Mapping[str, Any]) -> list[str]:
    """Every field that a view has, as dashboards and joins name it."""
    groups = [f"{group['name']}_{frame}" for group in view.get("dimension_groups", []) for frame in group["timeframes"]]
    return [field["name"] for kind in ("dimensions", "measures") for field in view.get(kind, [])] + groups


def _frames(column: Column) -> list[str]:
    if column.kind == "date":
        return _DAY
    return _INSTANT if column.kind.startswith(("timestamp", "datetime")) else []


def _group(column: Column, name: str) -> Field:
    # A day is the shop's own: Looker must not move it into another zone. An instant is in UTC.
    day = {"datatype": "date", "convert_tz": "no"} if column.kind == "date" else {}
    return {"name": name, "type": "time", "timeframes": _frames(column), **day, **_about(column)}


def _dimension(column: Column, name: str, mart: Mart, measures: Measures) -> Field:
    kind = column.kind
    is_number = kind.startswith(("int", "numeric", "decimal", "float", "double", "bigint"))
    field: Field = {"name": name}
    if mart.key == (column.name,):
        field["primary_key"] = "yes"
    if name != column.name and column.name in measures.columns:
        field["hidden"] = "yes"
    return (
        field | {"type": "yesno" if kind.startswith("bool") else "number" if is_number else "string"} | _about(column)
    )


def _about(column: Column) -> Field:
    told = {"description": column.description} if column.description else {}
    return told | {"sql": f"${{TABLE}}.{column.name}"}


def _key(mart: Mart) -> Field:
    """A key of several columns in one text. A null is told from an empty text, and where one part ends is seen."""
    parts = (
        f"case when ${{TABLE}}.{column} is null then '-' else concat('=', cast(${{TABLE}}.{column} as string)) end"
        for column in mart.key
    )
    joined = ", ',', ".join(parts)
    return {"name": "row_key", "primary_key": "yes", "hidden": "yes", "sql": f"concat({joined})"}

"""Parquet: columns that are typed already are read as they are, and all others as text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flows.records import Record, columns
from flows.records.kinds import Kind, Properties, Text
from flows.sources.files import as_pattern
from flows.sources.given import Given, Told, with_extras
from flows.sources.objects import object_of
from flows.sources.sql import listed

WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
NESTED = re.compile(r"(STRUCT|MAP|UNION|VARIANT)\b|.*\]$", re.DOTALL)


def given(paths: Sequence[str], schema: Sequence[tuple[str, str]], record: type[Record]) -> Given:
    """The rows of files that all have this schema: the columns' names and DuckDB types, in the order of the files.

    The relation has the columns c0, c1 … in that order, `file_index` within `paths`, and `file_row_number` from 0.
    """
    positions = {column: f"c{position}" for position, (column, _) in enumerate(schema)}
    types = dict(schema)
    known = {
        column.name: told(column.kind, positions[column.name], types[column.name])
        for column in columns(record)
        if column.name in positions
    }
    unknown = {column: position for column, position in positions.items() if column not in known}
    # Renamed in FROM, before anything is named: a column called file_index would hide DuckDB's own of that name.
    files = f"read_parquet({listed(as_pattern(path) for path in paths)}, hive_partitioning = false)"
    renamed = f"{files} as given({', '.join(positions.values())})"
    relation = f"(select {', '.join(positions.values())}, file_index, file_row_number from {renamed})"
    raw = object_of({column: _shown(known[column]) if column in known else at for column, at in positions.items()})
    return Given(
        relation=with_extras(relation, unknown) if unknown else relation,
        fields=known,
        extras="extras" if unknown else "",
        raw=raw,
    )


def _shown(told: Told) -> str:
    """A field's value for the quarantine, such that the row as a line of JSON would be judged as it was here."""
    plain = told.sql if told.type in ("DOUBLE", "DECIMAL") else f"({told.sql})::varchar"
    if told.type == "DOUBLE":
        plain = f"case when isfinite({told.sql}) then to_json({told.sql}) else to_json(({told.sql})::varchar) end"
    return f"case when {told.is_sound} then to_json({plain}) else {told.shown} end" if told.shown else plain


def told(kind: Kind, column: str, type: str) -> Told:
    """A column of the file as the field of `kind` that it is named for."""
    if NESTED.match(type):
        text = f"to_json({column})::varchar"
        if isinstance(kind, Properties):
            return Told(text)
        return Told(text, is_sound=f"{column} is null", shown=f"json_object('nested', {column})")
    if type == "BLOB":
        text = f"try(decode({column}))"
        return Told(
            text,
            is_sound=f"({column} is null or {text} is not null)",
            shown=f"json_object('bytes', hex({column}))",
        )
    if type == "TIMESTAMP WITH TIME ZONE":
        type, column = "TIMESTAMP", f"make_timestamp(epoch_us({column}))"
    elif type.startswith("TIMESTAMP") and type != "TIMESTAMP":
        type, column = "TIMESTAMP", f"{column}::timestamp"
    elif type in WHOLE:
        type, column = "BIGINT", column if type == "BIGINT" else f"{column}::bigint"
    elif type == "FLOAT":
        type, column = "DOUBLE", f"{column}::double"
    elif type.startswith("DECIMAL"):
        type = "DECIMAL"
    if type in kind.takes:
        return Told(column, type)
    if type == "DOUBLE" and isinstance(kind, Text):
        # Whole-number ids become doubles wherever a table with gaps goes through pandas.
        return Told(
            f"case when {column} = trunc({column}) and abs({column}) < 9e15 "
            f"then {column}::bigint::varchar else {column}::varchar end"
        )
    return Told(column if type == "VARCHAR" else f"{column}::varchar")

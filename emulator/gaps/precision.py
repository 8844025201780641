"""The precision and the scale of a numeric column are forgotten; it takes numbers that do not fit into it."""

from typing import Any

import bqemulator.api.routes.tables as tables
import bqemulator.storage.type_map as types


def close() -> None:
    parse, tell, columns = tables._parse_schema_fields, tables._field_to_rest, types.bq_schema_to_duckdb_columns

    def parse_fields(raw: list[dict[str, Any]]) -> tuple[Any, ...]:
        sizes = [{key: int(field[key]) for key in ("precision", "scale") if field.get(key)} for field in raw]
        return tuple(field.model_copy(update=size) for field, size in zip(parse(raw), sizes, strict=True))

    def to_rest(field: Any) -> dict[str, Any]:
        size = {key: str(value) for key in ("precision", "scale") if (value := getattr(field, key)) is not None}
        return tell(field) | size

    def to_duckdb(fields: list[dict[str, Any]]) -> list[tuple[str, str]]:
        return [
            (name, kind.replace("DECIMAL(38, 9)", f"DECIMAL({field['precision']}, {field.get('scale') or 0})"))
            if field.get("precision")
            else (name, kind)
            for field, (name, kind) in zip(fields, columns(fields), strict=True)
        ]

    tables._parse_schema_fields, tables._field_to_rest = parse_fields, to_rest
    tables.bq_schema_to_duckdb_columns = types.bq_schema_to_duckdb_columns = to_duckdb

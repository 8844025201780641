"""The precision and the scale of a column are forgotten when a table is made."""

from typing import Any

import bqemulator.api.routes.tables as tables


def close() -> None:
    plain_parse, plain_show = tables._parse_schema_fields, tables._field_to_rest

    def parse(fields: list[dict[str, Any]]) -> tuple[Any, ...]:
        return tuple(
            field.model_copy(update={name: int(given[name]) for name in ("precision", "scale") if name in given})
            for field, given in zip(plain_parse(fields), fields, strict=True)
        )

    def show(field: Any) -> dict[str, Any]:
        told = {name: str(getattr(field, name)) for name in ("precision", "scale") if getattr(field, name) is not None}
        return plain_show(field) | told

    tables._parse_schema_fields, tables._field_to_rest = parse, show

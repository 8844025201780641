"""Values of Google's SQL library from and to Python's, by the column's type; texts where JSON lacks them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from zetasql.wasi._pb2.zetasql.public import value_pb2

from emulator.types import named, parsed

_EPOCH = date(1970, 1, 1)
_PLACES = {"NUMERIC": Decimal(10) ** 9, "BIGNUMERIC": Decimal(10) ** 38}
_FIELDS = {
    "INT64": "int64_value",
    "STRING": "string_value",
    "FLOAT64": "double_value",
    "BOOL": "bool_value",
    "DATE": "date_value",
    "TIMESTAMP": "timestamp_value",
    "NUMERIC": "numeric_value",
    "BIGNUMERIC": "bignumeric_value",
    "JSON": "json_value",
}


def encoded(value: Any, kind: str) -> Any:
    """A value as a cell of the library's tables. `kind` is BigQuery's name of its type."""
    # The library's messages themselves, not its models of them: to turn those of some ten thousand cells takes seconds.
    if kind.startswith("ARRAY<"):
        elements = [encoded(each, kind[6:-1]) for each in value or ()]
        return value_pb2.ValueProto(array_value=value_pb2.ValueProto.Array(element=elements))
    if value is None:
        return value_pb2.ValueProto()
    kind = _bare(kind)
    return value_pb2.ValueProto(**{_FIELDS[kind]: _TO.get(kind, lambda plain: plain)(value)})


def decoded(cell: Any, kind: str) -> Any:
    """The value of a cell, as JSON can hold it: dates, instants and numerics are texts."""
    if kind.startswith("ARRAY<"):
        return [decoded(each, kind[6:-1]) for each in cell.array_value.element]
    if kind.startswith("STRUCT<"):
        fields = parsed(kind).struct_type.field
        if not cell.HasField("struct_value"):
            return None
        return {
            field.field_name: decoded(each, named(field.field_type))
            for field, each in zip(fields, cell.struct_value.field, strict=True)
        }
    kind = _bare(kind)
    if not cell.HasField(_FIELDS[kind]):
        return None
    return _FROM.get(kind, lambda plain: plain)(getattr(cell, _FIELDS[kind]))


@cache
def _bare(kind: str) -> str:
    kind = re.sub(r"\(.*\)$", "", kind)
    return {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL"}.get(kind, kind)


def _numeric_to(kind: str) -> Callable[[Any], bytes]:
    def to(value: Any) -> bytes:
        scaled = int(Decimal(str(value)) * _PLACES[kind])
        return scaled.to_bytes((scaled + (scaled < 0)).bit_length() // 8 + 1, "little", signed=True)

    return to


def _numeric_from(kind: str) -> Callable[[bytes], str]:
    def from_(value: bytes) -> str:
        return format((Decimal(int.from_bytes(value, "little", signed=True)) / _PLACES[kind]).normalize(), "f")

    return from_


def _instant(text: str) -> Timestamp:
    at, made = datetime.fromisoformat(text), Timestamp()
    made.FromDatetime(at if at.tzinfo else at.replace(tzinfo=UTC))
    return made


def _instant_text(at: Timestamp) -> str:
    return at.ToDatetime(UTC).isoformat(sep=" ")


_TO: dict[str, Callable[[Any], Any]] = {
    "DATE": lambda text: (date.fromisoformat(text) - _EPOCH).days,
    "TIMESTAMP": _instant,
    "NUMERIC": _numeric_to("NUMERIC"),
    "BIGNUMERIC": _numeric_to("BIGNUMERIC"),
}
_FROM: dict[str, Callable[[Any], Any]] = {
    "DATE": lambda days: str(_EPOCH + timedelta(days=days)),
    "TIMESTAMP": _instant_text,
    "NUMERIC": _numeric_from("NUMERIC"),
    "BIGNUMERIC": _numeric_from("BIGNUMERIC"),
}

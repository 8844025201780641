"""BigQuery's names of types, and the types of Google's SQL library."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import zetasql.types as zt
from zetasql.api import TypeFactory

_KINDS = {
    "INT64": "INT64",
    "INTEGER": "INT64",
    "STRING": "STRING",
    "FLOAT64": "DOUBLE",
    "FLOAT": "DOUBLE",
    "BOOL": "BOOL",
    "BOOLEAN": "BOOL",
    "BYTES": "BYTES",
    "DATE": "DATE",
    "TIMESTAMP": "TIMESTAMP",
    "DATETIME": "DATETIME",
    "TIME": "TIME",
    "NUMERIC": "NUMERIC",
    "BIGNUMERIC": "BIGNUMERIC",
    "JSON": "JSON",
    "INTERVAL": "INTERVAL",
}
_SIMPLE = {name: getattr(zt.TypeKind, f"TYPE_{kind}") for name, kind in _KINDS.items()}
_NAMES = {int(kind): name for name, kind in reversed(_SIMPLE.items())}


@cache
def parsed(name: str) -> Any:
    """`ARRAY<STRUCT<a INT64, b STRING>>` as a type."""
    name = " ".join(name.split())
    upper = name.upper()
    if upper.startswith("ARRAY<"):
        return TypeFactory.create_array_type(parsed(name[6:-1]))
    if upper.startswith("STRUCT<"):
        return TypeFactory.create_struct_type([_field(field) for field in _fields(name[7:-1])])
    return TypeFactory.create_simple_type(_SIMPLE[re.sub(r"\(.*\)$", "", upper)])


def _field(text: str) -> tuple[str, Any]:
    name, _, kind = text.strip().partition(" ")
    return name, parsed(kind)


def _fields(inner: str) -> list[str]:
    fields, depth = [""], 0
    for letter in inner:
        depth += (letter in "<(") - (letter in ">)")
        if letter == "," and depth == 0:
            fields.append("")
        else:
            fields[-1] += letter
    return fields


def named(kind: Any) -> str:
    """The type's name in BigQuery."""
    number = int(kind.type_kind)
    if number == int(zt.TypeKind.TYPE_ARRAY):
        return f"ARRAY<{named(kind.array_type.element_type)}>"
    if number == int(zt.TypeKind.TYPE_STRUCT):
        inner = ", ".join(f"{field.field_name} {named(field.field_type)}" for field in kind.struct_type.field)
        return f"STRUCT<{inner}>"
    return _NAMES.get(number, str(number))

"""Rows of text as lines of a CSV or JSON lines file, written exactly as DuckDB writes the healthy ones."""

from __future__ import annotations

import json
import re
from decimal import Decimal

from flows.records import Event, columns
from flows.records.kinds import Kind, Money, Properties, Whole
from flows.shop.defects import Row

_COLUMNS = columns(Event)


def line(row: Row, form: str) -> bytes:
    """The row's line without its end, in UTF-8."""
    if form == "csv":
        return ",".join(_csv_field(row[column.name]) for column in _COLUMNS).encode()
    fields = (f"{json.dumps(column.name)}:{_json_value(row[column.name], column.kind)}" for column in _COLUMNS)
    return ("{" + ",".join(fields) + "}").encode()


def header() -> bytes:
    """The first line of a CSV file of events, with its end."""
    return (",".join(column.name for column in _COLUMNS) + "\n").encode()


def _csv_field(value: str | None) -> str:
    if value is None:
        return ""
    return '"' + value.replace('"', '""') + '"' if re.search(r'[",\r\n]', value) else value


def _json_value(value: str | None, kind: Kind) -> str:
    if value is None:
        return "null"
    is_number = isinstance(kind, (Whole, Money)) and re.fullmatch(r"-?\d+(\.\d+)?", value)
    if is_number or isinstance(kind, Properties):
        return f"{Decimal(value):.4f}" if isinstance(kind, Money) else value
    return json.dumps(value, ensure_ascii=False)

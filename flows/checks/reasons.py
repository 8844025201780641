"""Why a row is refused, as the record model says it."""

from __future__ import annotations

import json
import re
from datetime import datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from pydantic import ValidationError

from flows.errors import ShopflowError
from flows.quarantine import Reason
from flows.records import Record


class ChecksDisagree(ShopflowError):
    """The set-wise checks refused a row that the record model accepts: a defect of ours, never passed over."""


def reasons_of(record: type[Record], told: str, latest: datetime, where: str, is_wrapped: bool = False) -> list[Reason]:
    """Every reason against a row, told as a JSON object. Raises ChecksDisagree, naming the row by `where`.

    `is_wrapped` says that the row was told by us and not by its source: an object in it is the wrapping (`Told.shown`)
    of a value that JSON does not know or that is no plain one.
    """
    try:
        found = _object(told)
    except (ValueError, RecursionError):
        return [Reason("", "malformed_json", "holds values that JSON does not know, such as nan or infinity")]
    row = {field: value for field, value in found.items() if field in record.model_fields}
    if is_wrapped:
        row = {field: _unwrapped(value) for field, value in row.items()}
    try:
        record.model_validate(row, context={"latest": latest})
    except ValidationError as error:
        return [
            Reason(str(found["loc"][0]), found["type"], found["msg"])
            for found in error.errors(include_url=False, include_context=False, include_input=False)
        ]
    raise ChecksDisagree(
        f"{where} was refused by the checks in SQL, but the model {record.__name__} accepts it; "
        f"this is a defect of shopflow, please report it with the row: {told[:2000]}"
    )


def _object(told: str) -> dict[str, Any]:
    """The row as DuckDB read it, which takes a comma before a closing bracket and the first of two equal keys."""
    try:
        return _loads(told)
    except ValueError:
        return _loads(re.sub(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', lambda match: match[1] or "", told))


def _loads(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        text, parse_float=_number, parse_int=Decimal, object_pairs_hook=lambda pairs: dict(reversed(pairs))
    )
    return found


def _number(digits: str) -> Decimal | float | str:
    """The number as the checks in SQL read it: by its digits, or with an exponent as a double, if it is one."""
    if "e" not in digits and "E" not in digits:
        return Decimal(digits)
    return number if isfinite(number := float(digits)) else digits


def _unwrapped(value: Any) -> Any:
    """The value of which `Told.shown` made a JSON object."""
    if not isinstance(value, dict):
        return value
    return bytes.fromhex(value["bytes"]) if "bytes" in value else value["nested"]

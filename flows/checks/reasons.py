"""Why a row is refused, as the record model says it."""

from __future__ import annotations

import json
import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from flows.errors import ShopflowError
from flows.quarantine import Reason
from flows.records import Record


class ChecksDisagree(ShopflowError):
    """The set-wise checks refused a row that the record model accepts: a defect of ours, never passed over."""


def reasons_of(record: type[Record], told: str, latest: datetime, where: str) -> list[Reason]:
    """Every reason against a row, told as a JSON object. Raises ChecksDisagree, naming the row by `where`."""
    row = {field: value for field, value in _object(told).items() if field in record.model_fields}
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
        found = _loads(told)
    except ValueError:
        found = _loads(re.sub(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', lambda match: match[1] or "", told))
    return {field: _unpacked(value) for field, value in found.items()}


def _loads(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        text, parse_float=Decimal, parse_int=Decimal, object_pairs_hook=lambda pairs: dict(reversed(pairs))
    )
    return found


def _unpacked(value: Any) -> Any:
    return bytes.fromhex(value["bytes"]) if isinstance(value, dict) and set(value) == {"bytes"} else value

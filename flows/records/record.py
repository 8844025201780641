"""What all records share: columns with a kind, rules over several fields, and every reason for a refusal at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from flows.records.kinds import Kind, Refusal


@dataclass(frozen=True)
class Column:
    """One column of a record, as every other room needs it."""

    name: str
    kind: Kind
    required: bool
    description: str


@dataclass(frozen=True)
class Rule:
    """A law over several fields of one row, said in Python and in SQL: both are true where the row may pass.

    `holds` gets the parsed fields (None where absent or refused) and the instant of landing; `sql` speaks of the typed
    columns and of `$latest`, the latest instant that is accepted.
    """

    reason: str
    field: str
    message: str
    holds: Callable[[Mapping[str, Any], datetime | None], bool]
    sql: str


def not_in_the_future(field: str) -> Rule:
    """The rule that `field` is not later than the latest accepted instant."""
    return Rule(
        "in_the_future",
        field,
        "lies in the future of the landing",
        lambda row, latest: latest is None or row[field] is None or row[field] <= latest,
        f"{field} is null or {field} <= $latest",
    )


class Record(BaseModel):
    """Base of Event, User and Product. Validation lists every reason at once, of fields and of rules."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    table: ClassVar[str]
    one_row_is: ClassVar[str]
    key: ClassVar[tuple[str, ...]]
    instant: ClassVar[str]
    rules: ClassVar[tuple[Rule, ...]] = ()

    @model_validator(mode="wrap")
    @classmethod
    def _every_reason(cls, data: Any, handler: ModelWrapValidatorHandler[Any], info: ValidationInfo) -> Any:
        """Reads each field once: what is refused is explained at twice the speed of reading first and judging then."""
        latest = (info.context or {}).get("latest")
        values, errors = _read(cls, data)
        bad = {error["loc"][0] for error in errors}
        for rule in cls.rules:
            if rule.field not in bad and not rule.holds(values, latest):
                errors.append(_error(rule.field, rule.reason, rule.message, data.get(rule.field)))
        if errors:
            raise ValidationError.from_exception_data(cls.__name__, errors)
        return handler(data)


def _read(record: type[Record], data: Mapping[str, Any]) -> tuple[dict[str, Any], list[InitErrorDetails]]:
    """The typed fields (None where absent or refused) and the errors of single fields."""
    values: dict[str, Any] = {}
    errors: list[InitErrorDetails] = []
    for column in columns(record):
        value = data.get(column.name)
        values[column.name] = None
        if value is None:
            if column.required:
                errors.append(_error(column.name, "missing", "is missing", None))
            continue
        try:
            values[column.name] = column.kind.parse(value)
        except Refusal as refusal:
            errors.append(_error(column.name, refusal.reason, str(refusal), value))
    return values, errors


def _error(field: str, reason: str, message: str, value: Any) -> InitErrorDetails:
    why = PydanticCustomError(reason, "{why}", {"why": message})  # type: ignore[arg-type, unused-ignore]
    return {"type": why, "loc": (field,), "input": value}


_COLUMNS: dict[type[Record], tuple[Column, ...]] = {}


def columns(record: type[Record]) -> tuple[Column, ...]:
    """The record's columns in order. Cached: this is called for every refused row."""
    if record not in _COLUMNS:
        _COLUMNS[record] = tuple(
            Column(
                name=name,
                kind=next(m for m in info.metadata if isinstance(m, Kind)),
                required=info.is_required(),
                description=info.description or "",
            )
            for name, info in record.model_fields.items()
        )
    return _COLUMNS[record]

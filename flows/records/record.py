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
    def _with_rules(cls, data: Any, handler: ModelWrapValidatorHandler[Any], info: ValidationInfo) -> Any:
        latest = (info.context or {}).get("latest")
        errors: list[InitErrorDetails] = []
        record = None
        try:
            record = handler(data)
        except ValidationError as error:
            errors = [
                {
                    "type": PydanticCustomError(e["type"], "{why}", {"why": e["msg"]}),
                    "loc": e["loc"],
                    "input": e["input"],
                }
                for e in error.errors(include_url=False)
            ]
        parsed = _parsed(cls, data)
        bad = {e["loc"][0] for e in errors if e["loc"]}
        for rule in cls.rules:
            if rule.field not in bad and not rule.holds(parsed, latest):
                reason = PydanticCustomError(rule.reason, "{why}", {"why": rule.message})  # type: ignore[arg-type]
                errors.append({"type": reason, "loc": (rule.field,), "input": data.get(rule.field)})
        if errors:
            raise ValidationError.from_exception_data(cls.__name__, errors)
        return record


def _parsed(record: type[Record], data: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column in columns(record):
        value = data.get(column.name)
        try:
            values[column.name] = None if value is None else column.kind.parse(value)
        except Refusal:
            values[column.name] = None
    return values


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

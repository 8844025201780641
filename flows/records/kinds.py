"""The kinds of value that a field can have, each said twice: once for one value, once for a column of text.

`parse` reads one value in Python and raises Refusal with a named reason; `sql` gives the DuckDB expression that
reads the same text as a typed value, NULL where `parse` would refuse. `tests/records` holds both to the same answers.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


class Refusal(ValueError):
    """One value cannot be accepted: `reason` is a stable name, the text is for people."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Kind(ABC):
    """A kind of value. `duckdb` and `bigquery` are its column types."""

    @property
    @abstractmethod
    def duckdb(self) -> str: ...

    @property
    @abstractmethod
    def bigquery(self) -> str: ...

    @abstractmethod
    def parse(self, value: Any) -> Any:
        """The typed value of `value` (text, or typed already). Raises Refusal."""

    @abstractmethod
    def sql(self, text: str) -> str:
        """The DuckDB expression for the typed value of the VARCHAR expression `text`; NULL where it is refused."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Lets a kind stand in a field's annotation: `Annotated[str | None, Text(64)] = None`."""
        optional = type(None) in get_args(source)

        def read(value: Any) -> Any:
            if value is None:
                if optional:
                    return None
                raise PydanticCustomError("missing", "is missing")
            try:
                return self.parse(value)
            except Refusal as refusal:
                raise PydanticCustomError(refusal.reason, "{why}", {"why": str(refusal)}) from None  # type: ignore[arg-type]

        return core_schema.no_info_plain_validator_function(read)


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    if isinstance(value, float):
        return repr(value)
    raise Refusal("wrong_type", f"a {type(value).__name__} is not a plain value")


@dataclass(frozen=True)
class Text(Kind):
    """Text of 1 to `max_bytes` bytes in UTF-8, without NUL."""

    max_bytes: int = 256
    duckdb = "VARCHAR"
    bigquery = "STRING"

    def parse(self, value: Any) -> str:
        text = _as_text(value)
        if not text:
            raise Refusal("empty", "is empty")
        if (size := len(text.encode())) > self.max_bytes:
            raise Refusal("too_long", f"is {size:,} bytes long, at most {self.max_bytes:,} are taken")
        if "\0" in text:
            raise Refusal("nul_byte", "holds a NUL byte")
        return text

    def sql(self, text: str) -> str:
        return (
            f"case when strlen({text}) between 1 and {self.max_bytes} and not contains({text}, chr(0)) then {text} end"
        )


@dataclass(frozen=True)
class Code(Kind):
    """Text that matches `pattern` as a whole, or is one of `choices`."""

    meaning: str
    pattern: str = ""
    choices: tuple[str, ...] = ()
    duckdb = "VARCHAR"
    bigquery = "STRING"

    def parse(self, value: Any) -> str:
        text = _as_text(value)
        if self.choices and text not in self.choices:
            raise Refusal("unknown_value", f"{_short(text)} is not one of {', '.join(self.choices)}")
        if self.pattern and not re.fullmatch(self.pattern, text):
            raise Refusal("wrong_format", f"{_short(text)} is not {self.meaning}")
        return text

    def sql(self, text: str) -> str:
        if self.choices:
            values = ", ".join(f"'{choice}'" for choice in self.choices)
            return f"case when {text} in ({values}) then {text} end"
        return f"case when regexp_full_match({text}, '{self.pattern}') then {text} end"


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number from `low` to `high`."""

    low: int
    high: int
    duckdb = "BIGINT"
    bigquery = "INT64"

    def parse(self, value: Any) -> int:
        text = _as_text(value)
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise Refusal("wrong_type", f"{_short(text)} is not a whole number")
        if not self.low <= (number := int(text)) <= self.high:
            raise Refusal("out_of_range", f"{number} is not between {self.low:,} and {self.high:,}")
        return number

    def sql(self, text: str) -> str:
        number = f"try_cast({text} as bigint)"
        return (
            f"case when regexp_full_match({text}, '-?[0-9]{{1,18}}') "
            f"and {number} between {self.low} and {self.high} then {number} end"
        )


@dataclass(frozen=True)
class Money(Kind):
    """An amount from 0 up, with at most 14 digits before the point and 4 behind it."""

    duckdb = "DECIMAL(18,4)"
    bigquery = "NUMERIC(18,4)"

    def parse(self, value: Any) -> Decimal:
        text = _as_text(value)
        if re.fullmatch(r"-[0-9]+(\.[0-9]+)?", text) and Decimal(text) != 0:
            raise Refusal("negative", f"{_short(text)} is below zero")
        if not re.fullmatch(r"-?[0-9]{1,14}(\.[0-9]{1,4})?", text):
            raise Refusal(
                "wrong_type",
                f"{_short(text)} is not an amount like 1234.5 (digits and a point, at most 4 decimals)",
            )
        return abs(Decimal(text))

    def sql(self, text: str) -> str:
        amount = f"try_cast({text} as decimal(18,4))"
        return (
            f"case when regexp_full_match({text}, '-?[0-9]{{1,14}}(\\.[0-9]{{1,4}})?') "
            f"and {amount} >= 0 then {amount} end"
        )


_INSTANT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z| UTC|[+-][0-9]{2}:[0-9]{2})?"


@dataclass(frozen=True)
class Instant(Kind):
    """A point in time, to the microsecond, from 2000 to 2099, kept in UTC; text without a zone is taken as UTC."""

    duckdb = "TIMESTAMP"
    bigquery = "TIMESTAMP"

    def parse(self, value: Any) -> datetime:
        if isinstance(value, datetime):
            moment = value
        else:
            text = _as_text(value)
            if not re.fullmatch(_INSTANT, text):
                raise Refusal("wrong_format", f"{_short(text)} is not a time like 2026-01-31T23:59:59Z")
            try:
                moment = datetime.fromisoformat(text.replace(" UTC", "Z"))
            except ValueError as error:
                raise Refusal("wrong_format", f"{_short(text)} is not in the calendar or on the clock") from error
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        if not 2000 <= moment.year <= 2099:
            raise Refusal("out_of_range", f"the year {moment.year} is not between 2000 and 2099")
        return moment

    def sql(self, text: str) -> str:
        moment = f"(try_cast(case when regexp_full_match({text}, '{_INSTANT}') then {text} end as timestamptz) at time zone 'UTC')"
        return f"case when year({moment}) between 2000 and 2099 then {moment} end"


@dataclass(frozen=True)
class Flag(Kind):
    """true or false."""

    duckdb = "BOOLEAN"
    bigquery = "BOOL"

    def parse(self, value: Any) -> bool:
        text = _as_text(value).lower()
        if text not in ("true", "false"):
            raise Refusal("wrong_type", f"{_short(text)} is neither true nor false")
        return text == "true"

    def sql(self, text: str) -> str:
        return f"case lower({text}) when 'true' then true when 'false' then false end"


@dataclass(frozen=True)
class Properties(Kind):
    """A JSON object, kept as its text, of at most `max_bytes` bytes."""

    max_bytes: int = 65_536
    duckdb = "VARCHAR"
    bigquery = "STRING"

    def parse(self, value: Any) -> str:
        text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else _as_text(value)
        if (size := len(text.encode())) > self.max_bytes:
            raise Refusal("too_long", f"is {size:,} bytes long, at most {self.max_bytes:,} are taken")
        try:
            is_object = isinstance(json.loads(text), dict)
        except (ValueError, RecursionError):
            is_object = False
        if not is_object:
            raise Refusal("wrong_type", f"{_short(text)} is not a JSON object")
        return text

    def sql(self, text: str) -> str:
        return (
            f"case when strlen({text}) <= {self.max_bytes} and json_valid({text}) "
            f"and json_type(try_cast({text} as json)) = 'OBJECT' then {text} end"
        )


def _short(text: str, limit: int = 60) -> str:
    shown = text if len(text) <= limit else text[:limit] + "…"
    return repr(shown)


__all__ = ["Code", "Flag", "Instant", "Kind", "Money", "Properties", "Refusal", "Text", "Whole"]

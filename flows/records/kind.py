"""What a kind of value is: it reads one value in Python, and says the same of a whole column in SQL."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Any, get_args

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

TEXT = "VARCHAR"


class Refusal(ValueError):
    """One value cannot be accepted: `reason` is a stable name, the text is for people."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Kind(ABC):
    """A kind of value. `duckdb` and `bigquery` are its column types.

    `takes` are the DuckDB types that `fits` and `value` read beside VARCHAR; a column of any other type is cast to
    VARCHAR first. `tests/records` holds `parse` and the SQL to the same answers.
    """

    @property
    @abstractmethod
    def duckdb(self) -> str: ...

    @property
    @abstractmethod
    def bigquery(self) -> str: ...

    @property
    def takes(self) -> frozenset[str]:
        return frozenset()

    @abstractmethod
    def parse(self, value: Any) -> Any:
        """The typed value of `value` (text, or typed already). Raises Refusal."""

    @abstractmethod
    def fits(self, given: str, given_type: str = TEXT) -> str:
        """The DuckDB predicate that is true where `parse` takes the expression `given`, which is not null."""

    @abstractmethod
    def value(self, given: str, given_type: str = TEXT) -> str:
        """The DuckDB expression for the typed value of `given` where it fits; anything, but no error, elsewhere."""

    def sql(self, given: str, given_type: str = TEXT) -> str:
        """The DuckDB expression for the typed value of `given`, NULL where it is refused."""
        return f"case when {self.fits(given, given_type)} then {self.value(given, given_type)} end"

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
                raise PydanticCustomError(refusal.reason, "{why}", {"why": str(refusal)}) from None  # type: ignore[arg-type, unused-ignore]

        return core_schema.no_info_plain_validator_function(read)


def as_text(value: Any) -> str:
    """A plain value as the text that a file would hold for it. Raises Refusal for what is not plain."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and isfinite(value):
        return repr(value)
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f") if abs(value.adjusted()) < 100 else str(value)
    if isinstance(value, bytes):
        raise Refusal("bad_encoding", "is not text in UTF-8")
    what = "number" if isinstance(value, (float, Decimal)) else type(value).__name__
    raise Refusal("wrong_type", f"{shown(str(value))} is a {what}, not a plain value")


def size_of(text: str) -> int:
    """Bytes of the text in UTF-8. Raises Refusal where it has no form in UTF-8 (half of a surrogate pair)."""
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        raise Refusal("bad_encoding", "holds half of a character") from None


def shown(text: str, limit: int = 60) -> str:
    """The text in quotes, cut to what a message can bear."""
    return repr(text if len(text) <= limit else text[:limit] + "…")

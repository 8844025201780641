"""Kinds of numbers, and yes or no."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from flows.records.kind import TEXT, Kind, Refusal, as_text, shown

_CENT = Decimal("0.0001")
_MOST = Decimal(10) ** 14


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number from `low` to `high`; a number that is stored as `3.0` is whole."""

    low: int
    high: int
    duckdb = "BIGINT"
    bigquery = "INT64"

    @property
    def takes(self) -> frozenset[str]:
        return frozenset({"BIGINT", "DOUBLE"})

    def parse(self, value: Any) -> int:
        text = as_text(value)
        if isinstance(value, float) and value.is_integer() and abs(value) < 10**18:
            text = str(int(value))
        if not re.fullmatch(r"-?[0-9]{1,18}(\.0+)?", text):
            raise Refusal("wrong_type", f"{shown(text)} is not a whole number")
        if not self.low <= (number := int(text.partition(".")[0])) <= self.high:
            raise Refusal("out_of_range", f"{number} is not between {self.low:,} and {self.high:,}")
        return number

    def fits(self, given: str, given_type: str = TEXT) -> str:
        if given_type == "BIGINT":
            return f"{given} between {self.low} and {self.high}"
        if given_type == "DOUBLE":
            return f"({given} between {self.low} and {self.high} and {given} = trunc({given}))"
        return (
            rf"(regexp_full_match({given}, '-?[0-9]{{1,18}}(\.0+)?') "
            f"and {self.value(given)} between {self.low} and {self.high})"
        )

    def value(self, given: str, given_type: str = TEXT) -> str:
        return given if given_type == "BIGINT" else f"try_cast({given} as bigint)"


@dataclass(frozen=True)
class Money(Kind):
    """An amount from 0 up, with at most 14 digits before the point and 4 behind it.

    Text must be written so. What comes as a number is rounded to 4 decimals, halves up: sums of doubles end in digits
    that nobody meant.
    """

    duckdb = "DECIMAL(18,4)"
    bigquery = "NUMERIC(18,4)"

    @property
    def takes(self) -> frozenset[str]:
        return frozenset({"BIGINT", "DOUBLE", "DECIMAL"})

    def parse(self, value: Any) -> Decimal:
        text = as_text(value)
        if isinstance(value, (float, Decimal)):
            text = _rounded(value)
        if re.fullmatch(r"-[0-9]+(\.[0-9]+)?", text) and Decimal(text) != 0:
            raise Refusal("negative", f"{shown(text)} is below zero")
        if not re.fullmatch(r"-?[0-9]{1,14}(\.[0-9]{1,4})?", text):
            raise Refusal(
                "wrong_type",
                f"{shown(text)} is not an amount like 1234.5 (digits and a point, at most 4 decimals)",
            )
        return abs(Decimal(text))

    def fits(self, given: str, given_type: str = TEXT) -> str:
        if given_type != TEXT:
            return f"({self.value(given, given_type)} >= 0)"
        return rf"(regexp_full_match({given}, '-?[0-9]{{1,14}}(\.[0-9]{{1,4}})?') and {self.value(given)} >= 0)"

    def value(self, given: str, given_type: str = TEXT) -> str:
        return f"try_cast({given} as decimal(18,4))"


def _rounded(number: float | Decimal) -> str:
    """The number to 4 decimals, as DuckDB's cast of a DOUBLE (which rounds the product with 10,000) or DECIMAL does."""
    if isinstance(number, float) and abs(number) < _MOST:
        scaled = abs(number) * 10_000
        below = math.floor(scaled)
        amount = Decimal(below + (scaled - below >= 0.5)) / 10_000
        number = amount.copy_sign(Decimal(number))
    number = Decimal(number)
    return as_text(number.quantize(_CENT, ROUND_HALF_UP) if abs(number) < _MOST else number)


@dataclass(frozen=True)
class Flag(Kind):
    """true or false."""

    duckdb = "BOOLEAN"
    bigquery = "BOOL"

    @property
    def takes(self) -> frozenset[str]:
        return frozenset({"BOOLEAN"})

    def parse(self, value: Any) -> bool:
        text = as_text(value)
        if not re.fullmatch("(?i)true|false", text, re.ASCII):
            raise Refusal("wrong_type", f"{shown(text)} is neither true nor false")
        return text.lower() == "true"

    def fits(self, given: str, given_type: str = TEXT) -> str:
        return "true" if given_type == "BOOLEAN" else f"list_contains(['true', 'false'], lower({given}))"

    def value(self, given: str, given_type: str = TEXT) -> str:
        return given if given_type == "BOOLEAN" else f"(lower({given}) = 'true')"

"""Kinds of text: free text, codes, JSON objects."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from flows.records.depth import DEEPEST, STRING, deeper, is_deeper
from flows.records.kind import TEXT, Kind, Refusal, as_text, shown, size_of


@dataclass(frozen=True)
class Text(Kind):
    """Text of 1 to `max_bytes` bytes in UTF-8, without NUL."""

    max_bytes: int = 256
    duckdb = "VARCHAR"
    bigquery = "STRING"

    def parse(self, value: Any) -> str:
        text = as_text(value)
        if not text:
            raise Refusal("empty", "is empty")
        if (size := size_of(text)) > self.max_bytes:
            raise Refusal("too_long", f"is {size:,} bytes long, at most {self.max_bytes:,} are taken")
        if "\0" in text:
            raise Refusal("nul_byte", "holds a NUL byte")
        return text

    def fits(self, given: str, given_type: str = TEXT) -> str:
        return f"(strlen({given}) between 1 and {self.max_bytes} and not contains({given}, chr(0)))"

    def value(self, given: str, given_type: str = TEXT) -> str:
        return given


@dataclass(frozen=True)
class Code(Kind):
    """Text that matches `pattern` as a whole, or is one of `choices`."""

    meaning: str
    pattern: str = ""
    choices: tuple[str, ...] = ()
    duckdb = "VARCHAR"
    bigquery = "STRING"

    def parse(self, value: Any) -> str:
        text = as_text(value)
        if self.choices and text not in self.choices:
            raise Refusal("unknown_value", f"{shown(text)} is not one of {', '.join(self.choices)}")
        if self.pattern and not re.fullmatch(self.pattern, text):
            raise Refusal("wrong_format", f"{shown(text)} is not {self.meaning}")
        return text

    def fits(self, given: str, given_type: str = TEXT) -> str:
        if self.choices:
            # Not IN: DuckDB may make a join of it, which is slower and does not keep the rows in order.
            return f"list_contains({list(self.choices)}, {given})"
        return f"regexp_full_match({given}, '{self.pattern}')"

    def value(self, given: str, given_type: str = TEXT) -> str:
        return given


# DuckDB's reader of JSON takes a comma before a closing bracket and numbers that are none; nothing behind us does. The
# costly look at the text without its strings is only had where the whole text gives reason to suspect.
_LAX = r"(?i)nan|inf|,[ \t\r\n]*[}\]]"
TOO_DEEP = f"is nested in more than {DEEPEST} levels"


@dataclass(frozen=True)
class Properties(Kind):
    """A JSON object, kept as its text, of at most `max_bytes` bytes and DEEPEST levels."""

    max_bytes: int = 65_536
    duckdb = "VARCHAR"
    bigquery = "STRING"

    def parse(self, value: Any) -> str:
        text = _written(value) if isinstance(value, dict) else as_text(value)
        if (size := size_of(text)) > self.max_bytes:
            raise Refusal("too_long", f"is {size:,} bytes long, at most {self.max_bytes:,} are taken")
        if is_deeper(text):
            raise Refusal("too_deep", TOO_DEEP)
        if not _is_object(text):
            raise Refusal("wrong_type", f"{shown(text)} is not a JSON object")
        return text

    def fits(self, given: str, given_type: str = TEXT) -> str:
        bare = f"regexp_replace({given}, '{STRING}', '', 'g')"
        return (
            f"(strlen({given}) <= {self.max_bytes} and json_valid({given}) "
            f"and starts_with(ltrim({given}, ' ' || chr(9) || chr(10) || chr(13)), '{{') "
            f"and not {deeper(given)} "
            f"and case when regexp_matches({given}, '{_LAX}') then not regexp_matches({bare}, '{_LAX}') else true end)"
        )

    def value(self, given: str, given_type: str = TEXT) -> str:
        return given


def _written(value: dict[str, Any]) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except RecursionError:
        raise Refusal("too_deep", TOO_DEEP) from None


def _is_object(text: str) -> bool:
    try:
        found = json.loads(text, parse_int=str, parse_float=str, parse_constant=_refuse)
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)

"""Why rows are refused, whatever stands in them: no line may end a run, and none is refused for what it is not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from flows.checks.judged import judged
from flows.checks.reasons import ChecksDisagree, reasons_of
from flows.checks.refused import MESSAGES
from flows.records import Event
from flows.sources import FORMATS
from flows.sources.textfile import look_at

BASE = {"event_id": "e", "event_type": "page_view", "event_timestamp": "2025-11-01T10:00:00Z", "anonymous_id": "a"}
LATEST = datetime(2026, 1, 1, tzinfo=UTC)


def line(field: str, token: str) -> str:
    """An event as a line of JSON in which `token` stands for the field's value as it is."""
    return json.dumps({**BASE, field: "@"}).replace('"@"', token)


def judge(folder: Path, lines: list[str]) -> list[dict[str, Any]]:
    """The rows of a file of these lines, as the checks in SQL judge them."""
    (folder / "some.jsonl").write_text("\n".join(lines))
    given = FORMATS["jsonl"].given
    assert given is not None
    query = judged(given(look_at(folder / "some.jsonl", False), Event), Event, LATEST, ZoneInfo("UTC"))
    with duckdb.connect() as connection:
        found = connection.execute(query)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def reasons(told: str, is_wrapped: bool = False) -> set[tuple[str, str]]:
    return {(why.field, why.reason) for why in reasons_of(Event, told, LATEST, "line 1", is_wrapped)}


@pytest.mark.parametrize("value", ['{"bytes": 1234}', '{"bytes": "abcd"}', '{"nested": 1}', '{"bytes": {}}'])
def test_an_object_of_the_source_is_never_taken_for_our_wrapping(value: str) -> None:
    """`{"bytes": 1234}` in a refused row once ended the run, and `{"bytes": "abcd"}` was refused as no UTF-8."""
    row = line("properties", value).replace("page_view", "nope")
    assert reasons(row) == {("event_type", "unknown_value")}
    assert reasons(line("user_id", value)) == {("user_id", "wrong_type")}


def test_our_own_wrapping_is_taken_off() -> None:
    assert reasons(line("user_id", '{"bytes": "FF"}'), is_wrapped=True) == {("user_id", "bad_encoding")}
    assert reasons(line("user_id", '{"nested": {"bytes": "FF"}}'), is_wrapped=True) == {("user_id", "wrong_type")}


@pytest.mark.parametrize("word", ["nan", "NAN", "inf", "-inf", "infinity", "-infinity", "INF", "-nan"])
@pytest.mark.parametrize("field", ["unit_price", "user_id", "properties", "color"])
def test_a_word_that_only_duckdb_takes_for_a_number(tmp_path: Path, field: str, word: str) -> None:
    """Such a word in a refused row once ended the run with an error of the JSON parser."""
    (row,) = judge(tmp_path, [line(field, word)])
    assert not row["is_accepted"]
    (reason,) = reasons_of(Event, row["told"], LATEST, "line 1")
    assert (reason.field, reason.reason) == ("", "malformed_json")
    assert reason.message == "holds values that JSON does not know, such as nan or infinity"
    assert reason.message not in MESSAGES.values()


def test_numbers_with_exponents_are_rounded_by_their_value(tmp_path: Path) -> None:
    """DuckDB makes -0.0001 of -5.6e-17: what sums of floating-point numbers leave of zero once ended the run."""
    tokens = ["-5.6e-17", "5e-6", "5E-5", "1.5e2", "0e99999999999999999999", "-5e-5", "1e99999999999999999999"]
    rows = judge(tmp_path, [line("unit_price", token) for token in tokens])
    assert [row["unit_price"] if row["is_accepted"] else None for row in rows] == [
        *(Decimal(0), Decimal(0), Decimal("0.0001"), Decimal(150), Decimal(0), None, None)
    ]
    assert [reasons(row["told"]) for row in rows[-2:]] == [{("unit_price", "negative")}, {("unit_price", "wrong_type")}]


def test_numbers_of_every_form_are_judged_as_the_model_judges(tmp_path: Path) -> None:
    wholes = ["0", "3", "12345678901234", "99999999999999", "999999999999999", "123456789012345678", "7" * 40]
    fractions = ["", ".0", ".00005", ".12345", ".99995", ".00004999999999999999999"]
    exponents = [
        "",
        "e0",
        "E+2",
        "e-5",
        "e14",
        "e15",
        "e-20",
        "e309",
        "e-324",
        "e9999",
        "e" + "9" * 20,
        "e-" + "9" * 20,
    ]
    tokens = ["".join(parts) for parts in product(["", "-"], wholes, fractions, exponents)]
    lines = [line(field, token) for field in ("unit_price", "quantity", "user_id") for token in tokens]
    for text, row in zip(lines, judge(tmp_path, lines), strict=True):
        if row["is_accepted"]:
            with pytest.raises(ChecksDisagree):
                reasons(text)
        else:
            assert reasons(text) != set()

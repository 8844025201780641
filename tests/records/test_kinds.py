"""A kind says the same in Python and in SQL, of text and of typed columns, for whatever values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from flows.records.depth import deeper, is_deeper
from flows.records.kinds import Code, Flag, Instant, Kind, Money, Properties, Refusal, Text, Whole

KINDS: dict[str, Kind] = {
    "text": Text(8),
    "choice": Code("a device", choices=("desktop", "mobile")),
    "code": Code("a currency", pattern="[A-Z]{3}"),
    "whole": Whole(1, 1_000_000),
    "money": Money(),
    "instant": Instant(),
    "flag": Flag(),
    "properties": Properties(64),
}

ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
DIGITS = st.text("0123456789.,-+eE _", max_size=22)
NUMBERS = st.one_of(
    st.integers(-(10**20), 10**20).map(str),
    st.decimals(-(10**16), 10**16, places=4, allow_nan=False).map(str),
    st.decimals(-10, 10**15, places=5, allow_nan=False).map(str),
    st.sampled_from(
        ["-0", "-0.0000", "00012", "1.0", "1.00000", "1e3", "١٢", "1,000", "0.0001", "99999999999999.9999"]
    ),
)
CLOCKS = st.builds(
    "{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}{}{}".format,
    st.sampled_from([1999, 2000, 2024, 2025, 2099, 2100, 0, 1, 9999]),
    *(st.sampled_from([1, 2, 12, 0, 13]), st.sampled_from([1, 28, 29, 31, 0, 32]), st.sampled_from("T  tx")),
    *(st.sampled_from([0, 1, 23, 24]), st.sampled_from([0, 59, 60]), st.sampled_from([0, 59, 60])),
    st.sampled_from(["", ".1", ".123456", ".", ".1234567"]),
    st.sampled_from(
        ["", "Z", " UTC", "+02:00", "-23:59", "+05:30", "z", "UTC", "+24:00", "+5", "+02:60", " Asia/Tokyo"]
    ),
)
OBJECTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(ANY_TEXT, inner, max_size=2),
    max_leaves=4,
).map(json.dumps)
NESTED = st.recursive(
    st.none() | st.text('[]{}"\\\\,x', max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('[]{}"', max_size=2), inner, max_size=3),
    max_leaves=25,
).map(json.dumps)
BROKEN = st.sampled_from(
    [
        *('{"a":1,}', '{"a":[1,]}', '{"a":"b,}"}', '{"a" : 1 , }', "{'a':1}", '{"a":1}x', '{"a":01}', "{}", " {} "),
        *('{"a":NaN}', '{"a":-Infinity}', '{"a":"nan, inf,]"}', '{"a":1e999}'),
        *('{"a":"\\ud800"}', '{"a":"\\u00"}', '{"a":"\t"}', "\ufeff{}"),
    ]
)
FITTING = st.sampled_from(
    ["desktop", "mobile", "EUR", "EURO", "eur", "true", "TRUE", "False", "truе", "EUR\n", "12345678", "123456789"]
)
TEXTS = st.one_of(
    ANY_TEXT, DIGITS, NUMBERS, CLOCKS, CLOCKS, CLOCKS, OBJECTS, BROKEN, FITTING, ANY_TEXT.map(lambda text: text + "\0")
)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def by_python(kind: Kind, values: list[Any]) -> list[Any]:
    """What `parse` makes of the values, None where it refuses."""
    read = []
    for value in values:
        try:
            found = kind.parse(value)
            read.append(found.replace(tzinfo=None) if isinstance(found, datetime) else found)
        except Refusal:
            read.append(None)
    return read


def by_sql(connection: duckdb.DuckDBPyConnection, kind: Kind, values: list[Any], given: str, type: str) -> list[Any]:
    """What the SQL makes of them, as a column of DuckDB's `type` that stands for the kind's type `given`."""
    query = (
        f"select {kind.sql('x', given)} from (select unnest($values::{type}[]) as x, unnest(range($count)) as place)"
    )
    read = connection.execute(f"{query} order by place", {"values": values, "count": len(values)}).fetchall()
    return [value for (value,) in read]


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=100, deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=40))
def test_text_is_read_alike(connection: duckdb.DuckDBPyConnection, name: str, texts: list[str]) -> None:
    kind = KINDS[name]
    assert by_sql(connection, kind, texts, "VARCHAR", "VARCHAR") == by_python(kind, texts)


@pytest.mark.parametrize("name", ["money", "whole"])
@settings(max_examples=100, deadline=None)
@given(
    numbers=st.lists(
        st.floats(allow_nan=True, allow_infinity=True)
        | st.integers(-(10**19), 10**19).map(lambda units: units / 2**13)
        | st.integers(-10, 10**12).map(lambda units: (units + 0.5) / 10_000)
        | st.integers(-5, 2_000_000).map(float),
        min_size=1,
        max_size=40,
    )
)
def test_doubles_are_read_alike(connection: duckdb.DuckDBPyConnection, name: str, numbers: list[float]) -> None:
    kind = KINDS[name]
    assert by_sql(connection, kind, numbers, "DOUBLE", "DOUBLE") == by_python(kind, numbers)


@settings(max_examples=50, deadline=None)
@given(amounts=st.lists(st.decimals(-(10**18), 10**18, places=8, allow_nan=False), min_size=1, max_size=40))
def test_decimals_are_read_alike(connection: duckdb.DuckDBPyConnection, amounts: list[Decimal]) -> None:
    assert by_sql(connection, Money(), amounts, "DECIMAL", "DECIMAL(38,8)") == by_python(Money(), amounts)


@pytest.mark.parametrize("name", ["money", "whole"])
@settings(max_examples=50, deadline=None)
@given(numbers=st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 1_000_003), min_size=1, max_size=40))
def test_whole_numbers_are_read_alike(connection: duckdb.DuckDBPyConnection, name: str, numbers: list[int]) -> None:
    kind = KINDS[name]
    assert by_sql(connection, kind, numbers, "BIGINT", "BIGINT") == by_python(kind, numbers)


@settings(max_examples=50, deadline=None)
@given(moments=st.lists(st.datetimes() | st.datetimes(datetime(1999, 12, 31), datetime(2100, 1, 2)), min_size=1))
def test_timestamps_are_read_alike(connection: duckdb.DuckDBPyConnection, moments: list[datetime]) -> None:
    assert by_sql(connection, Instant(), moments, "TIMESTAMP", "TIMESTAMP") == by_python(Instant(), moments)


@pytest.mark.parametrize(
    ("text", "is_deeper_than_500"),
    [
        ('{"a":' * 500 + "1" + "}" * 500, False),
        ('{"a":' * 501 + "1" + "}" * 501, True),
        ('{"a":[' * 250 + "1" + "]}" * 250, False),
        ('{"a":[' * 250 + "{}" + "]}" * 250, True),
        ('{"a":' + "[[]," * 498 + "1" + "]" * 498 + "}", False),
        ('{"a":' + "[[]," * 499 + "1" + "]" * 499 + "}", True),
        ('{"a":[' + '{"b":["[[[{",{}]},' * 600 + "1]}", False),
        ('{"a":"' + "[" * 600 + '\\\\\\"' + "{" * 600 + '"}', False),
        ('{"a":' * 9_000 + "1" + "}" * 9_000, True),
        ('{"a":' + "[" * 30_000 + "]" * 30_000 + "}", True),
    ],
)
def test_objects_are_taken_to_one_depth(
    connection: duckdb.DuckDBPyConnection, text: str, is_deeper_than_500: bool
) -> None:
    """The model once refused from about 1,000 levels on, and the SQL never."""
    kind = Properties()
    taken = [None if is_deeper_than_500 else text]
    assert by_python(kind, [text]) == by_sql(connection, kind, [text], "VARCHAR", "VARCHAR") == taken
    if is_deeper_than_500:
        with pytest.raises(Refusal, match="is nested in more than 500 levels") as caught:
            kind.parse(text)
        assert caught.value.reason == "too_deep"


def test_an_object_that_is_no_text_yet_is_taken_to_the_same_depth() -> None:
    found: dict[str, Any] = {}
    for _ in range(499):
        found = {"a": found}
    assert Properties().parse(found) == json.dumps(found)
    for _ in range(5_000):
        found = {"a": found}
    with pytest.raises(Refusal, match="is nested in more than 500 levels"):
        Properties().parse(found)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(texts=st.lists(NESTED, min_size=1, max_size=40), levels=st.integers(1, 6))
def test_depth_is_measured_alike(connection: duckdb.DuckDBPyConnection, texts: list[str], levels: int) -> None:
    query = f"select {deeper('x', levels)} from (select unnest($texts::varchar[]) as x)"
    measured = connection.execute(query, {"texts": texts}).fetchall()
    assert [found for (found,) in measured] == [is_deeper(text, levels) for text in texts]


def test_flags_are_read_alike(connection: duckdb.DuckDBPyConnection) -> None:
    assert by_sql(connection, Flag(), [True, False], "BOOLEAN", "BOOLEAN") == [True, False]


class NoLimit(Text):
    def fits(self, given: str, given_type: str = "VARCHAR") -> str:
        return super().fits(given, given_type).replace("between 1 and 8", "between 1 and 9")


class NoNul(Text):
    def fits(self, given: str, given_type: str = "VARCHAR") -> str:
        return super().fits(given, given_type).partition(" and not")[0] + ")"


class OldCentury(Instant):
    def fits(self, given: str, given_type: str = "VARCHAR") -> str:
        return super().fits(given, given_type).replace("2000-01-01", "1999-01-01")


class LaxObject(Properties):
    def fits(self, given: str, given_type: str = "VARCHAR") -> str:
        return super().fits(given, given_type).partition("and case")[0] + ")"


@pytest.mark.parametrize("kind", [NoLimit(8), NoNul(8), OldCentury(), LaxObject(64)], ids=repr)
def test_a_check_that_is_planted_too_loose_is_found(connection: duckdb.DuckDBPyConnection, kind: Kind) -> None:
    """The net above is fine enough for each of these faults in the SQL."""

    @settings(max_examples=500, deadline=None, database=None, derandomize=True, phases=[Phase.generate])
    @given(texts=st.lists(TEXTS, min_size=20, max_size=40))
    def reads_alike(texts: list[str]) -> None:
        assert by_sql(connection, kind, texts, "VARCHAR", "VARCHAR") == by_python(kind, texts)

    with pytest.raises(AssertionError):
        reads_alike()


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("text", "", "empty"),
        ("text", "123456789", "too_long"),
        ("text", "ééééé", "too_long"),
        ("text", "a\0b", "nul_byte"),
        ("text", ["a"], "wrong_type"),
        ("text", b"\xff", "bad_encoding"),
        ("text", "\ud800", "bad_encoding"),
        ("text", float("nan"), "wrong_type"),
        ("choice", "phone", "unknown_value"),
        ("code", "euro", "wrong_format"),
        ("whole", "2.5", "wrong_type"),
        ("whole", "0", "out_of_range"),
        ("money", "1,000.00", "wrong_type"),
        ("money", "1.00001", "wrong_type"),
        ("money", "-1", "negative"),
        ("money", float("inf"), "wrong_type"),
        ("instant", "01/02/2026", "wrong_format"),
        ("instant", "2026-02-30T00:00:00Z", "wrong_format"),
        ("instant", "1999-12-31T23:59:59Z", "out_of_range"),
        ("instant", datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-2))), "out_of_range"),
        ("instant", 1_700_000_000, "wrong_format"),
        ("flag", "yes", "wrong_type"),
        ("properties", "[1]", "wrong_type"),
        ("properties", '{"a": NaN}', "wrong_type"),
        ("properties", '{"a": "' + "x" * 64 + '"}', "too_long"),
    ],
)
def test_each_defect_has_its_reason(name: str, value: object, reason: str) -> None:
    with pytest.raises(Refusal) as caught:
        KINDS[name].parse(value)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("whole", "3.0", 3),
        ("whole", 3.0, 3),
        ("money", "-0.00", Decimal("0")),
        ("money", 99.60000000000001, Decimal("99.6")),
        ("money", 0.00005, Decimal("0.0001")),
        ("money", Decimal("1.00005"), Decimal("1.0001")),
        ("money", "12345678901234.5678", Decimal("12345678901234.5678")),
        ("properties", {"a": 1}, '{"a": 1}'),
        ("text", 541312, "541312"),
    ],
)
def test_numbers_and_objects_are_taken_as_meant(name: str, value: object, read: object) -> None:
    assert KINDS[name].parse(value) == read

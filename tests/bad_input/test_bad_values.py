"""Values that are not what they should be, in every format: refused with a reason, or taken exactly as they are."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from flows.records import RECORDS, columns
from flows.records.kinds import Text

Good = Callable[..., list[dict[str, str]]]
SUFFIXES = ["csv", "jsonl", "parquet"]
TEXTS = [
    (table, column.name)
    for table, record in RECORDS.items()
    for column in columns(record)
    if isinstance(column.kind, Text)
]
SQL = [
    "'; drop table raw.events; --",
    "\"; attach '/etc/passwd' as x; --",
    "$1 ? :name {0} %s %(x)s ${HOME} {{ ref('stg_events') }}",
    "') or 1=1 union select * from read_text('/etc/passwd') --",
    "\\'; copy raw.events to '/tmp/stolen.csv'; /*",
]


@pytest.mark.slow
@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("field", "text", "reason"),
    [
        ("unit_price", "1,234.50", "wrong_type"),
        ("unit_price", "1.234,50", "wrong_type"),
        ("unit_price", "1 234.50", "wrong_type"),
        ("unit_price", "1'234.50", "wrong_type"),
        ("unit_price", "1_234.50", "wrong_type"),
        ("unit_price", "12,50", "wrong_type"),
        ("unit_price", "$12.50", "wrong_type"),
        ("unit_price", "12.50 EUR", "wrong_type"),
        ("unit_price", "1e3", "wrong_type"),
        ("unit_price", "NaN", "wrong_type"),
        ("unit_price", "inf", "wrong_type"),
        ("unit_price", "+12.50", "wrong_type"),
        ("unit_price", "１２.50", "wrong_type"),
        ("unit_price", "-12.50", "negative"),
        ("unit_price", "12.50\0", "wrong_type"),
        ("unit_price", "9" * 15, "wrong_type"),
        ("quantity", "1,000", "wrong_type"),
        ("quantity", "2.5", "wrong_type"),
        ("quantity", "two", "wrong_type"),
        ("quantity", "0x10", "wrong_type"),
        ("quantity", "99999999999999999999", "wrong_type"),
        ("unit_price", "1000000000.0001", "out_of_range"),
        ("quantity", "0", "out_of_range"),
        ("event_timestamp", "01/11/2025 10:00:00", "wrong_format"),
        ("event_timestamp", "11/01/2025", "wrong_format"),
        ("event_timestamp", "01.11.2025 10:00", "wrong_format"),
        ("event_timestamp", "2025-11-01", "wrong_format"),
        ("event_timestamp", "20251101T100000Z", "wrong_format"),
        ("event_timestamp", "1761991200", "wrong_format"),
        ("event_timestamp", "Sat, 01 Nov 2025 10:00:00 GMT", "wrong_format"),
        ("event_timestamp", "2025-11-01T10:00:00 CET", "wrong_format"),
        ("event_timestamp", "2025-11-01T10:00:00 Europe/Berlin", "wrong_format"),
        ("event_timestamp", "2025-11-01 10:00 AM", "wrong_format"),
        ("event_timestamp", "2025-13-01T10:00:00Z", "wrong_format"),
        ("event_timestamp", "2025-02-29T10:00:00Z", "wrong_format"),
        ("event_timestamp", "2025-11-01T25:00:00Z", "wrong_format"),
        ("event_timestamp", "1970-01-01T00:00:00Z", "out_of_range"),
        ("event_timestamp", "2098-01-01T00:00:00Z", "in_the_future"),
        ("event_timestamp", "now", "wrong_format"),
        ("event_timestamp", "infinity", "wrong_format"),
        ("event_type", "page\0view", "unknown_value"),
        ("user_id", "u\0 1", "nul_byte"),
        ("event_id", "\0", "nul_byte"),
        ("page_url", "https://shop.example/\0", "nul_byte"),
        ("currency", "eur", "wrong_format"),
        ("event_type", "Purchase", "unknown_value"),
        ("properties", "{not json", "wrong_type"),
    ],
    ids=lambda value: repr(value),
)
def test_a_value_that_cannot_be_taken(shop: Any, good: Good, suffix: str, field: str, text: str, reason: str) -> None:
    rows = [*good(2, "before"), *good(1, "bad", **{field: text}), *good(2, "after")]
    shop.drop_rows(f"a.{suffix}", [{field: "", **row} if suffix == "csv" else row for row in rows])
    outcome = shop.take(rows=5)
    assert outcome.ids == {"before0", "before1", "after0", "after1"}
    assert outcome.reasons == {f"events.{field}: {reason}": 1}


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("unit_price", "1234.5", "1234.5000"),
        ("quantity", "2.0", "2"),
        ("unit_price", "0.0001", "0.0001"),
        ("unit_price", "00012.50", "12.5000"),
        ("unit_price", "-0.00", "0.0000"),
        ("unit_price", "999999999.9999", "999999999.9999"),
        ("event_timestamp", "2025-11-01T10:00:00+05:30", "2025-11-01 04:30:00"),
        ("event_timestamp", "2025-11-01 10:00:00-08:00", "2025-11-01 18:00:00"),
        ("event_timestamp", "2025-11-01 10:00:00 UTC", "2025-11-01 10:00:00"),
        ("event_timestamp", "2025-11-01T10:00:00", "2025-11-01 10:00:00"),
        ("event_timestamp", "2025-11-01T10:00:00.123456Z", "2025-11-01 10:00:00.123456"),
        ("event_timestamp", "2025-10-26T02:30:00+01:00", "2025-10-26 01:30:00"),
    ],
)
def test_a_value_that_looks_odd_and_is_right(
    shop: Any, good: Good, suffix: str, field: str, text: str, value: str
) -> None:
    shop.drop_rows(f"a.{suffix}", good(1, **{field: text}))
    assert [str(row[field]) for row in shop.take(rows=1).accepted] == [value]


@pytest.mark.slow
@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("field", ["event_id", "user_id", "page_url", "unit_price", "event_timestamp", "properties"])
def test_a_field_of_ten_million_characters(shop: Any, good: Good, suffix: str, field: str) -> None:
    rows = [*good(2, "before"), *good(1, "bad", **{field: "9" * 10_000_000}), *good(2, "after")]
    shop.drop_rows(f"a.{suffix}", [{field: "", **row} if suffix == "csv" else row for row in rows])
    outcome = shop.take(rows=5)
    assert outcome.ids == {"before0", "before1", "after0", "after1"}
    reasons = {"event_timestamp": "wrong_format", "unit_price": "wrong_type"}
    in_parquet = f"events.{field}: {reasons.get(field, 'too_long')}"
    assert outcome.reasons == {in_parquet if suffix == "parquet" else "events: too_long": 1}
    quarantine = shop.settings.lake_folder / "quarantine"
    assert sum(path.stat().st_size for path in quarantine.rglob("*.parquet")) < 20_000_000


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_many_fields_of_ten_million_characters_take_no_more_memory_than_one(shop: Any, good: Good, suffix: str) -> None:
    """Ten in a file once ended in a traceback: DuckDB was given them all, and holds each many times over."""
    rows = [{**row, "user_id": "9" * 10_000_000} if number % 3 == 1 else row for number, row in enumerate(good(30))]
    shop.drop_rows(f"a.{suffix}", rows)
    outcome = shop.take(rows=30)
    assert len(outcome.ids) == 20
    assert outcome.reasons == {"events: too_long": 10}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_properties_that_are_nested_too_deeply(shop: Any, good: Good, suffix: str) -> None:
    deep = {levels: '{"a":' * levels + "1" + "}" * levels for levels in (500, 501, 9_000)}
    shop.drop_rows(f"a.{suffix}", [good(1, f"level{levels}-", properties=text)[0] for levels, text in deep.items()])
    outcome = shop.take(rows=3)
    assert outcome.ids == {"level500-0"}
    assert outcome.reasons == {"events.properties: too_deep": 2}


@pytest.mark.slow
@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(("size", "reason"), [(129, "too_long"), (100_000, "too_long"), (1_000_000, "too_long")])
def test_a_field_that_is_a_little_or_much_too_long(shop: Any, good: Good, suffix: str, size: int, reason: str) -> None:
    shop.drop_rows(f"a.{suffix}", [*good(1), *good(1, "bad", user_id="9" * size), *good(1, "after")])
    outcome = shop.take(rows=3)
    assert outcome.ids == {"good0", "after0"}
    assert outcome.reasons == {f"events.user_id: {reason}": 1}


@pytest.mark.slow
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_field_of_ten_million_characters_in_the_first_row(shop: Any, good: Good, suffix: str) -> None:
    shop.drop_rows(f"a.{suffix}", [*good(1, "bad", user_id="9" * 10_000_000), *good(2, "after")])
    outcome = shop.take(rows=3)
    assert outcome.ids == {"after0", "after1"}
    assert outcome.reasons == {"events.user_id: too_long" if suffix == "parquet" else "events: too_long": 1}


def test_a_quoted_field_over_many_lines_is_one_field(shop: Any, good: Good) -> None:
    lines = 'a "line"\r\n\n' * 200
    rows = [*good(2, "before"), *good(1, "long", properties=json.dumps({"text": lines})), *good(2, "after")]
    shop.drop_rows("a.csv", [{"properties": "", "query": lines, **row} for row in rows])
    outcome = shop.take(rows=5)
    assert outcome.quarantined == []
    assert [json.loads(row["properties"])["query"] for row in outcome.accepted] == [lines] * 5


def test_a_quote_that_never_closes_does_not_swallow_the_rows_behind_it(shop: Any, good: Good) -> None:
    rows = shop.drop_rows("a.csv", good(3_000)).read_text()
    shop.drop("a.csv", rows.replace("good5,", '"good5,', 1))
    outcome = shop.take(rows=3_000)
    assert len(outcome.ids) == 2_999
    assert outcome.reasons == {"events: broken_quotes": 1}


@pytest.mark.slow
@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("text", SQL)
def test_sql_in_every_text_field_is_text(shop: Any, suffix: str, text: str) -> None:
    rows = {
        "events": {"event_type": "page_view", "event_timestamp": "2025-11-01T10:00:00Z"},
        "users": {"updated_at": "2025-11-01T10:00:00Z"},
        "products": {"updated_at": "2025-11-01T10:00:00Z"},
    }
    for table, field in TEXTS:
        limit = next(column.kind.max_bytes for column in columns(RECORDS[table]) if column.name == field)
        rows[table][field] = text[:limit]
    for table, row in rows.items():
        shop.drop_rows(f"{table}.{suffix}", [row])
    outcome = shop.take(rows=3)
    assert outcome.quarantined == []
    kept = {field: value for row in outcome.accepted for field, value in row.items() if value}
    for table, field in TEXTS:
        assert kept[field] == rows[table][field]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_sql_in_fields_that_are_no_text_is_refused(shop: Any, good: Good, suffix: str) -> None:
    fields = ["event_type", "event_timestamp", "unit_price", "quantity", "currency", "device_type", "properties"]
    rows = [good(1, f"bad{number}", **{field: SQL[0]})[0] for number, field in enumerate(fields)]
    blank = {} if suffix == "jsonl" else dict.fromkeys(fields, "" if suffix == "csv" else None)
    shop.drop_rows(f"a.{suffix}", [{**blank, **row} for row in rows] + good(1))
    outcome = shop.take(rows=8)
    assert outcome.ids == {"good0"}
    assert {re.sub(r":.*", "", reason) for reason in outcome.reasons} == {f"events.{field}" for field in fields}


def test_all_reasons_of_a_row_are_kept(shop: Any, good: Good) -> None:
    shop.drop_rows("a.csv", good(1, unit_price="free", event_type="look", event_timestamp="yesterday"))
    outcome = shop.take(rows=1)
    assert outcome.reasons == {
        "events.event_timestamp: wrong_format": 1,
        "events.event_type: unknown_value": 1,
        "events.unit_price: wrong_type": 1,
    }
    assert len(outcome.quarantined) == 1


def test_text_in_all_scripts_and_with_all_separators_goes_through(shop: Any, good: Good) -> None:
    texts = [
        "東京 🛒 ñ",
        "quote \" and '",
        "comma, semicolon; tab\t",
        "two\nlines",
        "two\r\nlines",
        " blanks ",
        "\\n \\u0041",
    ]
    texts += ["NULL", "null", "None", "nan", "0", "=1+1", "e\u0301", "\u202e", "\ufeff"]
    rows = [{**row, "user_id": text} for row, text in zip(good(len(texts)), texts, strict=True)]
    for suffix in SUFFIXES:
        outcome = shop.take(shop.drop_rows(f"a.{suffix}", rows), rows=len(texts))
        assert {row["event_id"]: row["user_id"] for row in outcome.accepted} == {
            row["event_id"]: row["user_id"] for row in rows
        }

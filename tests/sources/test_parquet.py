"""Parquet in the column types that other tools write."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

Written = Callable[..., Path]
BASE = {
    "event_id": "'e' || i",
    "event_type": "'purchase'",
    "event_timestamp": "timestamp '2025-11-01 10:00:00'",
    "user_id": "'u'",
    "product_id": "'p'",
    "quantity": "1",
    "unit_price": "1.5",
}


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """`written(2, unit_price="1.5::float")`: a file of 2 rows, a field being SQL over `i` from 0."""

    def write(rows: int = 1, name: str = "events.parquet", **fields: str) -> Path:
        path = tmp_path / name
        columns = ", ".join(f'{sql} as "{field}"' for field, sql in {**BASE, **fields}.items())
        place = str(path).replace("'", "''")
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'America/New_York'")
            connection.execute(f"copy (select {columns} from range({rows}) t(i)) to '{place}' (format parquet)")
        return path

    return write


@pytest.mark.slow
@pytest.mark.parametrize(
    ("field", "sql", "value"),
    [
        ("event_timestamp", "timestamptz '2025-11-01 10:00:00+02'", datetime(2025, 11, 1, 8)),
        ("event_timestamp", "timestamp_ns '2025-11-01 10:00:00.123456789'", datetime(2025, 11, 1, 10, 0, 0, 123456)),
        ("event_timestamp", "'2025-11-01T10:00:00.5+02:00'", datetime(2025, 11, 1, 8, 0, 0, 500000)),
        ("user_id", "54131214::bigint", "54131214"),
        ("user_id", "54131214::double", "54131214"),
        ("user_id", "uuid '00000000-0000-0000-0000-000000000001'", "00000000-0000-0000-0000-000000000001"),
        ("user_id", "encode('ü')", "ü"),
        ("user_id", "'enumerated'::enum ('enumerated')", "enumerated"),
        ("quantity", "2::utinyint", 2),
        ("quantity", "2::double", 2),
        ("quantity", "2::decimal(10,2)", 2),
        ("quantity", "'2'", 2),
        ("unit_price", "19.99::float", Decimal("19.99")),
        ("unit_price", "99.60000000000001::double", Decimal("99.6")),
        ("unit_price", "3::integer", Decimal(3)),
        ("unit_price", "1.123456789::decimal(38,18)", Decimal("1.1235")),
        ("unit_price", "'1.5'", Decimal("1.5")),
        ("properties", "{'a': 1, 'b': [2, 3]}", '{"a":1,"b":[2,3]}'),
        ("properties", "map {'k': 1.5}", '{"k":1.5}'),
        ("properties", "'{\"a\": 1}'::json", '{"a": 1}'),
        ("properties", "'{\"a\": 1}'", '{"a": 1}'),
        ("country", "null", None),
    ],
)
def test_types_that_are_taken(fate_of: Callable[..., Any], written: Written, field: str, sql: str, value: Any) -> None:
    fate = fate_of(written(**{field: sql}), "parquet")
    assert fate.lines == {}
    assert fate.accepted[0][field] == value


@pytest.mark.slow
@pytest.mark.parametrize(
    ("field", "sql", "reason"),
    [
        ("event_timestamp", "date '2025-11-01'", "wrong_format"),
        ("event_timestamp", "1761991200", "wrong_format"),
        ("event_timestamp", "timestamp '1969-11-01'", "out_of_range"),
        ("event_timestamp", "'infinity'::timestamp", "wrong_format"),
        ("event_timestamp", "timestamp '290000-01-01'", "wrong_format"),
        ("event_timestamp", "timestamptz '2099-01-01'", "in_the_future"),
        ("event_timestamp", "null::timestamp", "missing"),
        ("user_id", "['u']", "wrong_type"),
        ("user_id", "{'id': 1}", "wrong_type"),
        ("user_id", "{'bytes': 'FF'}", "wrong_type"),
        ("user_id", "'\\xff'::blob", "bad_encoding"),
        ("quantity", "1.5::double", "wrong_type"),
        ("quantity", "'nan'::double", "wrong_type"),
        ("quantity", "0", "out_of_range"),
        ("quantity", "170141183460469231731687303715884105727::hugeint", "wrong_type"),
        ("unit_price", "-0.01::double", "negative"),
        ("unit_price", "'infinity'::double", "wrong_type"),
        ("unit_price", "true", "wrong_type"),
        ("unit_price", "100000000000000::bigint", "wrong_type"),
        ("properties", "['a']", "wrong_type"),
        ("properties", "7", "wrong_type"),
    ],
)
def test_types_and_values_that_are_refused(
    fate_of: Callable[..., Any], written: Written, field: str, sql: str, reason: str
) -> None:
    fate = fate_of(written(**{field: sql}), "parquet")
    also = {"anonymous_id: missing"} if field == "user_id" else set()
    assert fate.lines == {1: {f"{field}: {reason}"} | also}


@pytest.mark.slow
def test_the_row_is_told_by_its_number_and_in_full(fate_of: Callable[..., Any], written: Written) -> None:
    path = written(300_000, country="case when i = 123456 then 'Germany' end", color="'red'", weight="1.5")
    (row,) = fate_of(path, "parquet").refused
    assert row.line == 123_457
    assert json.loads(row.raw) == {
        **{"event_id": "e123456", "event_type": "purchase", "event_timestamp": "2025-11-01 10:00:00", "user_id": "u"},
        **{
            "product_id": "p",
            "quantity": "1",
            "unit_price": 1.5,
            "country": "Germany",
            "color": "red",
            "weight": 1.5,
        },
    }


def test_unknown_columns_are_folded_into_properties(fate_of: Callable[..., Any], written: Written) -> None:
    path = written(2, properties="'{\"a\":1}'", color="case when i = 1 then 'red' end", sizes="[40 + i]")
    fate = fate_of(path, "parquet")
    assert {row["event_id"]: row["properties"] for row in fate.accepted} == {
        "e0": '{"a":1,"sizes":[40]}',
        "e1": '{"a":1,"color":"red","sizes":[41]}',
    }
    assert len(fate.validated.notes) == 2


@pytest.mark.parametrize(
    "name", ["a b.parquet", "it's;--.parquet", "[x]*?.parquet", "é☃.parquet", "event_date=2020-01-01.parquet"]
)
def test_any_file_name(fate_of: Callable[..., Any], written: Written, name: str) -> None:
    (row,) = fate_of(written(name=name), "parquet").accepted
    assert (row["source_file"], str(row["event_date"])) == (name, "2025-11-01")


def test_a_file_without_rows(fate_of: Callable[..., Any], written: Written) -> None:
    (count,) = fate_of(written(0), "parquet").validated.counts
    assert count.rows_read == 0


@pytest.mark.parametrize(
    ("index", "number", "kept"),
    [
        ("1 - i", "100 + i", {"file_index": 1, "FILE_ROW_NUMBER": 100}),
        ("'x'", "'y'", {"file_index": "x", "FILE_ROW_NUMBER": "y"}),
        ("null", "null", {}),
    ],
)
def test_columns_called_as_duckdb_calls_its_own_are_columns_like_others(
    fate_of: Callable[..., Any], written: Written, index: str, number: str, kept: dict[str, Any]
) -> None:
    """Such columns once hid DuckDB's: rows were accepted without a source file, and refused ones had wrong numbers."""
    path = written(2, file_index=index, FILE_ROW_NUMBER=number, country="case when i = 1 then 'Germany' end")
    fate = fate_of(path, "parquet")
    (row,) = fate.accepted
    assert (row["event_id"], row["source_file"]) == ("e0", "events.parquet")
    assert json.loads(row["properties"] or "{}") == kept
    assert fate.lines == {2: {"country: wrong_format"}}

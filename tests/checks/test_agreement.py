"""Whole rows, through real files of every format: the lake gets what the record model accepts, and nothing else."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from flows.checks.reasons import ChecksDisagree
from flows.lake import Lake
from flows.quarantine import refused_rows
from flows.receipts import Batch, SourceFile
from flows.records import Event, Rule, columns
from flows.settings import load_settings
from flows.validate import validate

LANDED = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = tuple(column.name for column in columns(Event))

# Mostly what passes: a row with one defect says more than a row with ten.
GOOD: dict[str, list[str]] = {
    "event_type": ["page_view", "search", "purchase", "refund", "add_to_cart"],
    "event_timestamp": ["2025-11-01T10:00:00Z", "2025-11-01 10:00:00.5", "2025-11-01T10:00:00+02:00"],
    "received_at": ["2025-11-01 10:00:00 UTC"],
    "anonymous_id": ["a1"],
    "user_id": ["u1", "54131214", "Ünï😀"],
    "product_id": ["p1", "a,b\"c'd"],
    "quantity": ["1", "3", "2.0"],
    "unit_price": ["12.50", "0", "99999999999999.9999"],
    "discount_amount": ["0", "1.2345"],
    "currency": ["EUR"],
    "page_url": ["https://shop.example/?q=1&r='; drop table events; --"],
    "device_type": ["mobile"],
    "country": ["DE"],
    "properties": ['{"a": 1}', '{"nan": "inf,]"}', "{}"],
}
BAD: dict[str, list[str]] = {
    "event_type": ["view", "PURCHASE"],
    "event_timestamp": [
        "2027-01-01T00:00:00Z",
        "01.11.2025 10:00",
        "2025-11-31T10:00:00Z",
        "1999-01-01T00:00:00Z",
        "1e3",
    ],
    "received_at": ["2025-11-01", "later"],
    "user_id": ["x" * 129, "é" * 65],
    "quantity": ["0", "1.5", "1,000", "9999999999999999999999"],
    "unit_price": ["-1", "1,000.00", "12,50", "1.23456", "1e2", "999999999999999", "NaN"],
    "discount_amount": ["1000", "-0.01"],
    "currency": ["eur", "EURO"],
    "device_type": ["phone"],
    "country": ["Germany", "D"],
    "properties": ["[1]", '{"a": NaN}', '{"a": 1,}', "{", "text", '{"a": "' + "x" * 70_000 + '"}'],
}
# What only JSON can say.
OTHER = [
    1,
    0,
    -1,
    2.5,
    3.0,
    1e300,
    99.60000000000001,
    1e-9,
    12345678901234567890,
    True,
    False,
    [],
    ["a"],
    {},
    {"b": {"c": 1}},
]


def rows(fields: Callable[[str], st.SearchStrategy[Any]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Lists of rows, each with its own order_id to be known by."""
    wanted = [name for name in NAMES if name not in ("event_id", "order_id")]
    row = st.fixed_dictionaries({name: fields(name) for name in wanted})
    return st.lists(row, min_size=1, max_size=30).map(
        lambda found: [{"event_id": f"e{n}", "order_id": f"o{n}", **row} for n, row in enumerate(found)]
    )


def texts(name: str) -> st.SearchStrategy[Any]:
    good = st.sampled_from([*GOOD.get(name, ["x"])])
    required = name in ("event_type", "event_timestamp", "user_id")
    fine = good if required else good | st.none()
    return st.one_of(*[fine] * 12, st.sampled_from([*BAD.get(name, ["x" * 5000]), None]))


def values(name: str) -> st.SearchStrategy[Any]:
    return st.one_of(*[texts(name)] * 12, st.sampled_from(OTHER))


def write_jsonl(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def write_csv(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, NAMES, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_parquet(path: Path, rows: list[dict[str, Any]]) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"create table t ({', '.join(f'{name} varchar' for name in NAMES)})")
        marks = ", ".join("?" * len(NAMES))
        connection.executemany(f"insert into t values ({marks})", [[row.get(name) for name in NAMES] for row in rows])
        connection.execute(f"copy t to '{path}' (format parquet)")


def verdicts(rows: list[dict[str, Any]]) -> dict[str, frozenset[tuple[str, str]]]:
    """What the model says of each row: its reasons, none where it is accepted."""
    said = {}
    for row in rows:
        try:
            Event.model_validate(row, context={"latest": datetime(2026, 1, 2, tzinfo=UTC)})
            said[row["order_id"]] = frozenset[tuple[str, str]]()
        except ValidationError as error:
            said[row["order_id"]] = frozenset((str(e["loc"][0]), e["type"]) for e in error.errors())
    return said


def outcome(write: Callable[[Path, list[dict[str, Any]]], None], suffix: str, rows: list[dict[str, Any]]) -> Any:
    """What validate makes of each row, in the same words."""
    with tempfile.TemporaryDirectory() as folder:
        path, home = Path(folder) / f"events.{suffix}", Path(folder) / "home"
        write(path, rows)
        own = load_settings(home=home, max_refused_share=1.0)
        file = SourceFile(str(path), path.name, "0" * 64, path.stat().st_size, suffix, "events")
        (count,) = validate(Batch("b", LANDED, (file,)), own).counts
        assert count.rows_read == len(rows)
        said = {}
        for found in refused_rows(Lake(own.lake_folder)):
            row = rows[found.line - (2 if suffix == "csv" else 1)]
            said[row["order_id"]] = frozenset((reason.field, reason.reason) for reason in found.reasons)
        if count.accepted:
            (lake,) = Lake(own.lake_folder).accepted_files("events", "b")
            accepted = duckdb.connect().execute(f"select order_id from '{lake}'").fetchall()
            said |= {order: frozenset() for (order,) in accepted}
        return said


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(rows=rows(values))
def test_json_lines_are_judged_as_the_model_judges(rows: list[dict[str, Any]]) -> None:
    assert outcome(write_jsonl, "jsonl", rows) == verdicts(rows)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(rows=rows(texts))
def test_parquet_is_judged_as_the_model_judges(rows: list[dict[str, Any]]) -> None:
    assert outcome(write_parquet, "parquet", rows) == verdicts(rows)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(rows=rows(texts))
def test_csv_is_judged_as_the_model_judges(rows: list[dict[str, Any]]) -> None:
    assert outcome(write_csv, "csv", rows) == verdicts(rows)


@pytest.mark.parametrize(
    ("law", "row"),
    [
        ("anonymous_id is not null or user_id is not null", {"event_timestamp": "2025-11-01T00:00:00Z"}),
        ("event_timestamp <= $latest", {"event_timestamp": "2027-01-01T00:00:00Z", "user_id": "u"}),
    ],
)
def test_a_rule_that_is_planted_too_loose_is_found(monkeypatch: pytest.MonkeyPatch, law: str, row: Any) -> None:
    loosened = tuple(
        type(rule)(rule.reason, rule.field, rule.message, rule.holds, "true") if law in rule.sql else rule
        for rule in Event.rules
    )
    assert loosened != Event.rules
    monkeypatch.setattr(Event, "rules", loosened)
    row = {"event_id": "e", "order_id": "o", "event_type": "page_view", **row}
    assert outcome(write_jsonl, "jsonl", [row]) != verdicts([row])


def test_a_check_that_is_planted_too_strict_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    strict = (*Event.rules, Rule("missing", "country", "is missing", lambda row, latest: True, "country is not null"))
    monkeypatch.setattr(Event, "rules", strict)
    row = {"event_id": "e7", "event_type": "page_view", "event_timestamp": "2025-11-01T00:00:00Z", "user_id": "u"}
    with pytest.raises(ChecksDisagree, match=r"events.jsonl, line 1 was refused by .* the model Event accepts it.*e7"):
        outcome(write_jsonl, "jsonl", [row])

"""`shopflow cost`: bytes as they would be billed, dearest first, and in plain words what is not known."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.builds import Statement
from flows.commands.cost import UNKNOWN, show_cost, told
from flows.receipts import Changes
from flows.settings import Settings
from flows.warehouse.bigquery_cost import LEAST_BYTES_OF_A_TABLE, MEBIBYTE, Estimate, as_billed

DAYS = Changes(("b1",), (date(2025, 11, 3),))


def statement(name: str, kind: str = "model") -> Statement:
    return Statement(name, kind, "select 1")


def test_on_duckdb_nothing_is_billed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHOPFLOW_HOME", str(tmp_path / "home"))
    show_cost()
    assert capsys.readouterr().out == "nothing is billed on DuckDB: it runs on your own machine\n"
    assert not (tmp_path / "home").exists()


@given(processed=st.integers(1, 2**50), tables=st.integers(0, 20))
def test_what_is_billed_is_whole_mebibytes_and_ten_of_them_for_each_table(processed: int, tables: int) -> None:
    billed = as_billed(processed, tables)
    assert billed % MEBIBYTE == 0
    assert billed >= max(processed, tables * LEAST_BYTES_OF_A_TABLE, LEAST_BYTES_OF_A_TABLE)
    assert billed < max(processed + MEBIBYTE, (max(tables, 1) * LEAST_BYTES_OF_A_TABLE) + 1)


def test_statements_come_dearest_first_with_their_sum_and_those_above_the_cap_are_marked(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, target="bigquery", bigquery_max_gigabytes=2, bigquery_dollars_per_tebibyte=6.25)
    found = [
        Estimate(statement("small"), 0),
        Estimate(statement("dear"), 2**40),
        Estimate(statement("dear", "delete"), 2_000_000_000),
        Estimate(statement("new"), None, "what they read is not there"),
        Estimate(statement("unique_new", "test"), None, "what they read is not there"),
    ]
    assert list(told(found, DAYS, settings)) == [
        " 1099.5 GB  6.25 dollars      model dear  "
        "BigQuery would refuse it: above SHOPFLOW_BIGQUERY_MAX_GIGABYTES (2 GB)",
        "    2.0 GB  0.01 dollars      delete dear",
        "   0 bytes  nothing           model small",
        " not known  2 statements: what they read is not there",
        "Building and testing 1 day that changed: about 1101.5 GB, 6.26 dollars.",
        UNKNOWN,
    ]
    assert "everything: about 0 bytes, nothing." in next(told([], Changes(is_whole=True), settings))

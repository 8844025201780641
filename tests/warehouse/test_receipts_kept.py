"""Receipts are a table like any other."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from flows.errors import WarehouseError
from flows.receipts import Receipt
from flows.settings import Settings
from flows.warehouse import open_warehouse
from flows.warehouse.tables import OPS

BEGAN = datetime(2025, 11, 4, 6, 0, 0, 250_000, tzinfo=UTC)
LAND = Receipt("r1", None, "land", BEGAN, 0.25, "ok", bytes=12)
LOAD = Receipt("r1", "b1", "load", BEGAN, 1.5, "ok", 3, 2, 1, 0, 99, {"rows": {"events": 2}, "note": "Größe 'x'"})
LATER = Receipt("r2", "b2", "load", BEGAN + timedelta(hours=1), 0.5, "failed", detail={"message": "a; drop table x"})


def test_receipts_come_back_as_they_were_written_in_that_order(settings: Settings) -> None:
    with open_warehouse(settings) as warehouse:
        warehouse.record([LAND, LOAD])
        warehouse.record([LATER])
        warehouse.record([])
    with open_warehouse(settings) as warehouse:
        assert warehouse.receipts() == [LAND, LOAD, LATER]
        assert warehouse.receipts("r1") == [LAND, LOAD]
        assert warehouse.receipts("unheard of") == []


def test_times_are_kept_in_utc(settings: Settings) -> None:
    there = Receipt("r1", None, "land", BEGAN.astimezone(timezone(timedelta(hours=9))), 0.1, "ok")
    with open_warehouse(settings) as warehouse:
        warehouse.record([there])
        assert warehouse.query("select cast(started_at as varchar) as at from ops.receipts") == [
            {"at": "2025-11-04 06:00:00.25"}
        ]
        assert warehouse.receipts()[0].started_at == BEGAN


def test_all_receipts_of_one_call_are_kept_or_none(settings: Settings) -> None:
    with open_warehouse(settings) as warehouse:
        with pytest.raises(WarehouseError, match="NOT NULL"):
            warehouse.record([LAND, Receipt("r1", None, "load", BEGAN, 0.1, None)])  # type: ignore[arg-type]
        assert warehouse.receipts() == []


def test_what_is_no_plain_value_in_a_detail_is_kept_as_text(settings: Settings) -> None:
    with open_warehouse(settings) as warehouse:
        warehouse.record([Receipt("r1", None, "land", BEGAN, 0.1, "ok", detail={"path": Path("/in/a.csv")})])
        assert warehouse.receipts()[0].detail == {"path": "/in/a.csv"}


def test_the_table_has_the_receipts_fields_in_their_order() -> None:
    assert [field.name for field in OPS["receipts"]] == [field.name for field in fields(Receipt)]

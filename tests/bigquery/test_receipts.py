"""Receipts on BigQuery: as many as a run has, each once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from emulator.asking import SqlLibrary
from flows.receipts import Receipt
from flows.settings import Settings
from flows.warehouse import bigquery_receipts, open_warehouse
from flows.warehouse.bigquery_jobs import Jobs
from tests.bigquery.statements import own_tables
from tests.warehouse.test_receipts_kept import BEGAN, LAND, LATER, LOAD

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bigquery")]


def test_receipts_come_back_as_they_were_written_and_the_same_again_adds_none(
    cloud: Settings, analyzer: SqlLibrary
) -> None:
    odd = Receipt("r1", None, "judge", BEGAN + timedelta(seconds=2), 0.1, "ok", detail={"path": Path("/in/ü 'a'.csv")})
    with open_warehouse(cloud) as warehouse:
        warehouse.record([LAND, LOAD])
        warehouse.record([LAND, LOAD, odd, LATER])
        warehouse.record([])
        told = warehouse.receipts()
    assert [receipt.detail for receipt in told if receipt.step == "judge"] == [{"path": "/in/ü 'a'.csv"}]
    assert [receipt for receipt in told if receipt.step != "judge"] == [LAND, LOAD, LATER]
    assert analyzer.check(Jobs.begin(cloud).named(bigquery_receipts._INSERT), own_tables(cloud)) is None


def test_no_request_has_more_parameters_than_bigquery_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """10,000 in a query, and 10 MB."""
    sent = list[dict[str, Any]]()
    monkeypatch.setattr(Jobs, "run", lambda _jobs, _sql, params: sent.append(params))
    checks = [{"table": "events", "name": "events are of known users", "level": "warn", "measured": "2 % without"}] * 60
    many = [Receipt(f"r{n % 2}", f"b{n}", "judge", BEGAN, 0.1, "ok", detail={"checks": checks}) for n in range(2_000)]
    bigquery_receipts.record(Jobs(None, None), many)  # type: ignore[arg-type]
    assert sum(len(params["receipts"]) for params in sent) == len(many)
    for params in sent:
        assert len(params) < 10_000
        assert sum(len(row) for row in params["receipts"]) < 9_000_000

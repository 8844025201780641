"""Of two scripts that build upon the same state of the ledger one commits, whoever has sent them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from flows.errors import WarehouseError
from flows.settings import Settings
from flows.warehouse import open_warehouse
from flows.warehouse.bigquery_jobs import Jobs
from tests.accepted import accepted
from tests.bigquery.test_load import EVERY_DAY, ROWS, ask, load

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bigquery")]
MEANWHILE = "another run changed the warehouse meanwhile, so nothing was changed: run again"


def test_a_script_that_is_sent_twice_commits_once(cloud: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the network is away for so long that a step is tried again while its first script runs."""
    really = Jobs.run

    def run(jobs: Jobs, sql: str, params: Any = ()) -> Any:
        if sql.startswith("begin transaction;"):
            really(jobs, sql, params)
        return really(jobs, sql, params)

    batch = accepted(cloud, "b1", "TIMESTAMPTZ", **ROWS)
    with monkeypatch.context() as patch:
        patch.setattr(Jobs, "run", run)
        with pytest.raises(WarehouseError, match=MEANWHILE) as refused:
            load(batch, cloud)
    assert refused.value.is_transient
    assert not load(batch, cloud).is_new
    assert ask(cloud, "select batch_id from ops.batches") == [("b1",)]
    assert ask(cloud, f"select event_id from raw.events where {EVERY_DAY} order by 1") == [("e1",), ("e2",)]


def test_a_script_that_comes_after_the_ledger_was_settled_changes_nothing(
    cloud: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a replay counts on that takes the files of its batch away: nobody loads them afterwards."""
    load(accepted(cloud, "b1", "TIMESTAMPTZ", **ROWS), cloud)
    really = Jobs.run

    def run(jobs: Jobs, sql: str, params: Any = ()) -> Any:
        if sql.startswith("begin transaction;"):
            with open_warehouse(cloud) as other:
                other.settle()
        return really(jobs, sql, params)

    monkeypatch.setattr(Jobs, "run", run)
    with open_warehouse(cloud) as warehouse:
        with pytest.raises(WarehouseError, match=MEANWHILE):
            warehouse.remove("b1", datetime.now(UTC))
        assert warehouse.query("select batch_id from ops.batches") == [{"batch_id": "b1"}]
        assert warehouse.query("select * from removed.users") == []

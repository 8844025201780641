"""Old refused rows and receipts are let go with the ledger on BigQuery and the lake in a bucket."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.checks.manifest import read_manifest
from flows.lake import Lake
from flows.maintenance import purge as purging
from flows.maintenance.compact import compact
from flows.quarantine.again import pass_again
from flows.quarantine.waiting import open_quarantine
from flows.quarantine.wanted import Wanted
from flows.receipts import Compacted, Purged, Receipt
from flows.settings import Settings
from flows.warehouse import open_warehouse
from tests.books import LANDED, NEVER, Books

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bigquery")]

LINES = """event_id,event_type,event_timestamp,user_id,unit_price
g1,page_view,2025-11-01T10:00:00Z,u1,
n1,page_view,2025-11-01T10:00:00Z,u1,-1
"""
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_refused_rows_leave_the_bucket_and_stay_in_the_ledger(
    cloud: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = cloud.model_copy(update={"max_refused_share": 1.0})
    (tmp_path / "a.csv").write_text(LINES)
    batch, lake = Books(cloud).take(tmp_path / "a.csv"), Lake.of(cloud)
    folder = lake.quarantine("events", batch).parent
    elsewhere = cloud.model_copy(update={"home": tmp_path / "elsewhere"})  # a machine that has nothing of it yet
    theirs = Lake.of(elsewhere)

    def fail(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(purging, "_take_away", fail)
        with pytest.raises(KeyboardInterrupt):
            purging.purge(elsewhere, NOW, NOW)
    with open_quarantine(elsewhere) as quarantine:
        assert quarantine.counts() == []
    assert purging.purge(elsewhere, LANDED, NOW) == Purged(0, 0, 1), "what the first one left"
    assert purging.purge(elsewhere, NEVER, NOW) == Purged(0, 0, 0)

    assert theirs.files(theirs.quarantine("events", batch).parent) == []
    assert lake.files(folder) == [lake.quarantine("events", batch)], "the first home has its working copy still"
    purging.purge(cloud, NEVER, NOW)
    assert lake.files(folder) == []
    told = read_manifest(Lake.of(elsewhere), batch, cloud.reporting_timezone)
    assert told is not None
    assert told.purged_at == NOW
    assert Books(cloud).take(tmp_path / "a.csv") == batch
    with open_warehouse(cloud) as warehouse:
        assert warehouse.imbalances(thorough=True) == []
        assert warehouse.query("select quarantined, purged_at from ops.batches") == [
            {"quarantined": 1, "purged_at": NOW.replace(tzinfo=None)}
        ]
        warehouse.remove(batch, NOW)
        assert warehouse.query("select purged_at from ops.removals") == [{"purged_at": NOW.replace(tzinfo=None)}]
    assert pass_again(cloud, Wanted()).batches == ()


def test_old_receipts_are_deleted_and_there_is_no_file_to_compact(cloud: Settings) -> None:
    with open_warehouse(cloud) as warehouse:
        days = [datetime(2025, 11, day, tzinfo=UTC) for day in (1, 2)]
        warehouse.record(Receipt(f"r{day:%d}", None, "run", day, 1.0, "ok") for day in days)
        assert warehouse.prune_receipts(days[1]) == 1
        assert [receipt.run_id for receipt in warehouse.receipts()] == ["r02"]
    assert compact(cloud) == Compacted(None, None)

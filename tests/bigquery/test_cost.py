"""`shopflow cost` on an emulator: every statement is sent to be estimated, and none of them is run.

How many bytes they read is BigQuery's to know: an emulator's figures are looked at for their form only.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from flows.builds import Statement, compiled, fingerprint
from flows.commands.cost import show_cost
from flows.errors import WarehouseError
from flows.receipts import Changes
from flows.settings import Settings
from flows.warehouse import open_warehouse
from flows.warehouse.bigquery_cost import estimates
from flows.warehouse.bigquery_jobs import Jobs
from tests.accepted import accepted

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bigquery")]


def load(settings: Settings, batch_id: str, day: date) -> None:
    from flows.lake import Lake

    rows = [{"event_id": f"{batch_id}-{n}", "event_date": day} for n in range(3)]
    with open_warehouse(settings) as warehouse:
        warehouse.load(accepted(settings, batch_id, "TIMESTAMPTZ", events=rows), Lake.of(settings), settings)


@pytest.fixture
def shop(cloud: Settings) -> Settings:
    """A shop with one batch that waits; nothing was ever built."""
    load(cloud, "b1", date(2025, 11, 3))
    return cloud


@pytest.fixture
def jobs(shop: Settings) -> Iterator[Jobs]:
    jobs = Jobs.begin(shop)
    yield jobs
    jobs.client.close()


def test_what_is_there_has_bytes_and_what_is_not_there_yet_has_a_reason(jobs: Jobs) -> None:
    known, unknown, wrong = estimates(
        jobs,
        [
            Statement("b", "model", jobs.named("select * from ops.batches")),
            Statement("n", "model", jobs.named("select * from marts.nothing")),
            Statement("w", "test", "selec"),
        ],
    )
    assert known.bytes is not None
    assert (unknown.bytes, unknown.why) == (None, "what they read is not there before the run makes it")
    assert wrong.bytes is None
    assert "test w" in wrong.why


def test_nothing_is_run(jobs: Jobs) -> None:
    (found,) = estimates(jobs, [Statement("c", "model", jobs.named("create table marts.made as select 1 as one"))])
    assert found.bytes is not None
    assert list(jobs.client.list_tables(jobs.dataset("marts"))) == []


def test_a_service_that_is_away_is_no_estimate(cloud: Settings) -> None:
    away = Jobs.begin(cloud.model_copy(update={"bigquery_endpoint": "http://127.0.0.1:9"}), retry_seconds=1)
    with pytest.raises(WarehouseError, match=r"model b: .*did not answer"):
        list(estimates(away, [Statement("b", "model", "select 1")]))


def test_an_increment_sends_what_a_build_of_its_days_would_send(shop: Settings) -> None:
    whole = compiled(shop)
    part = compiled(shop, Changes(("b1",), (date(2025, 11, 3),)))
    assert {(each.kind, each.name) for each in whole} < {(each.kind, each.name) for each in part}
    assert {each.kind for each in whole} == {"model", "test"}
    assert all(each.sql.strip() for each in [*whole, *part])
    reads = {each.name: each.sql for each in part if each.kind == "model"}
    assert "date '2025-11-03'" in reads["stg_repeated_events"]
    deletes = {each.name: each.sql for each in part if each.kind == "delete"}
    raw = f"{shop.bigquery_project}`.`{shop.bigquery_dataset_prefix}"
    assert deletes["int_sessions"] == (
        f"delete from `{raw}intermediate`.`int_sessions` where (session_date in "
        "(date '2025-11-02', date '2025-11-03', date '2025-11-04', date '2025-11-05'))"
    )
    found_on_the_way = f"event_date in (select event_date from `{raw}intermediate`.`int_corrected_dates`)"
    assert found_on_the_way in deletes["int_cohort_days"]  # not known before: the most that it can be is estimated
    assert "fct_sessions" not in {each.name for each in whole}  # a view reads nothing when it is built
    assert not shop.dbt_target_path.exists()


def test_the_command_tells_what_waits_and_changes_nothing(
    shop: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("flows.commands.cost.load_settings", lambda: shop)
    with open_warehouse(shop) as warehouse:
        waiting = warehouse.pending("models")
        show_cost()
        assert warehouse.pending("models") == waiting
        told = capsys.readouterr().out
        assert "\nBuilding and testing everything: about " in told
        assert "This look was billed " in told.splitlines()[-1]

        # As if it had been built, which takes a minute; of what a build makes, the ledger looks into this one.
        warehouse.query("create table intermediate.int_product_interactions (product_id string, event_date date)")
        warehouse.mark_built(warehouse.pending(fingerprint()), fingerprint(), datetime.now(UTC))
        show_cost()
        assert capsys.readouterr().out.startswith("nothing waits: a run that loads nothing new builds nothing")
        show_cost(is_whole=True)
        assert "\nBuilding and testing everything: about " in capsys.readouterr().out

    load(shop, "b2", date(2025, 11, 4))
    show_cost()
    assert "\nBuilding and testing 1 day that changed: about " in capsys.readouterr().out

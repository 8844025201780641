"""The service is away for a moment, or for longer, or refuses: a run goes on, or ends with one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from google.cloud.bigquery import DEFAULT_RETRY

from emulator.start import Emulator
from flows.errors import BuildFailed, StorageError, WarehouseError
from flows.generate import generate
from flows.lake import Lake
from flows.settings import Settings
from flows.warehouse import bigquery_jobs, open_warehouse
from tests.accepted import accepted
from tests.bigquery.pair import landed, rebuild, run
from tests.bigquery.test_load import EVERY_DAY, ROWS, ask, load

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bigquery again")]

MOMENTS = {
    "a load job": {"method": "POST", "body": '"load"'},
    "the upload of a file": {"method": "PUT|POST", "path": "upload"},
    "the transaction": {"method": "POST", "body": "begin transaction"},
    "a question": {"method": "POST", "body": "from .*ops.batches"},
}


@pytest.fixture(autouse=True)
def _no_faults_afterwards(emulator: Emulator) -> Iterator[None]:
    yield
    emulator.no_more_faults()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls are repeated for a second, and not for a minute."""
    begin = bigquery_jobs.Jobs.begin
    monkeypatch.setattr(bigquery_jobs.Jobs, "begin", lambda settings: begin(settings, 1.0))


def is_loaded_once(settings: Settings) -> bool:
    counts = [f"select count(*) from raw.events where {EVERY_DAY}", "select count(*) from raw.users"]
    return [ask(settings, "select count(*) from ops.batches"), *(ask(settings, each) for each in counts)] == [
        [(1,)],
        [(2,)],
        [(1,)],
    ]


@pytest.mark.parametrize("what", ["unavailable", "lost", "unheard"])
@pytest.mark.parametrize("moment", ["a load job", "the transaction", "a question"])
def test_a_service_that_is_away_for_a_moment_is_asked_again(
    emulator: Emulator, cloud: Settings, moment: str, what: str
) -> None:
    batch = accepted(cloud, "b1", "TIMESTAMPTZ", **ROWS)
    emulator.fault(what, **MOMENTS[moment])
    load(batch, cloud)
    assert emulator.faults_left() == []
    assert is_loaded_once(cloud)


@pytest.mark.parametrize("moment", ["a load job", "the transaction", "a question"])
@pytest.mark.usefixtures("impatient")
def test_a_service_that_stays_away_is_one_sentence_and_the_next_run_loads(
    emulator: Emulator, cloud: Settings, moment: str
) -> None:
    batch = accepted(cloud, "b1", "TIMESTAMPTZ", **ROWS)
    emulator.fault("unavailable", times=1_000, **MOMENTS[moment])
    with pytest.raises(WarehouseError, match=r"Google's service did not answer, also not when asked again"):
        load(batch, cloud)
    emulator.no_more_faults()
    load(batch, cloud)
    assert is_loaded_once(cloud)


@pytest.mark.parametrize("moment", ["a load job", "the transaction"])
def test_a_right_that_lacks_is_one_sentence_that_says_where_rights_are_listed(
    emulator: Emulator, cloud: Settings, moment: str
) -> None:
    batch = accepted(cloud, "b1", "TIMESTAMPTZ", **ROWS)
    emulator.fault("forbidden", times=1_000, **MOMENTS[moment])
    with pytest.raises(WarehouseError, match=r"Access Denied: .* Grant the missing right \(docs/bigquery\.md"):
        load(batch, cloud)
    emulator.no_more_faults()
    load(batch, cloud)
    assert is_loaded_once(cloud)


def test_a_bucket_that_is_not_there_is_one_sentence(cloud: Settings) -> None:
    nowhere = cloud.model_copy(update={"lake": "gs://no-such-bucket/shop"})
    with pytest.raises(StorageError, match=r"gs://no-such-bucket/shop/.*`shopflow doctor` says which"):
        accepted(nowhere, "b1", "TIMESTAMPTZ", **ROWS)


def test_a_dataset_that_is_not_there_is_one_sentence(cloud: Settings) -> None:
    with (
        pytest.raises(WarehouseError, match=r"Not found: .*`shopflow doctor` says which project, dataset or bucket"),
        open_warehouse(cloud, read_only=True) as warehouse,
    ):
        warehouse.query("select * from ops.batches")


def test_a_build_that_fails_in_the_middle_is_one_sentence_and_the_next_one_builds(
    emulator: Emulator, cloud: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DEFAULT_RETRY, "_timeout", 1.0)  # dbt's client asks for ten minutes
    made = generate(tmp_path / "made", events=60, days=3)
    batch = landed(cloud, made.files)
    emulator.fault("unavailable", times=1_000, method="POST", body="int_visitor_days")
    with pytest.raises(BuildFailed, match=r"model int_visitor_days: .*nodes failed"):
        run(cloud, batch)
    emulator.no_more_faults()
    emulator.fault("lost", method="POST", body="int_orders")
    built, kpis = rebuild(cloud)
    assert {node.status for node in built.nodes} == {"success", "pass"}
    assert kpis is not None
    assert kpis.sessions > 0
    assert Lake.of(cloud).manifest(batch.batch_id).is_file()

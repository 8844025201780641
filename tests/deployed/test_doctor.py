"""`shopflow doctor` about runs that begin by themselves: what is in order, and each thing that keeps them from it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from flows import __version__
from flows.doctor import Finding, checks, diagnosed, scheduled
from flows.server import Server
from flows.settings import Settings
from tests.deployed.conftest import Shop

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

pytestmark = pytest.mark.slow


@pytest.mark.xdist_group("deployed")
def test_what_was_deployed_is_in_order(shop: Shop) -> None:
    told = {line[9:30].strip(): (line[:8].strip(), line[31:]) for line in shop.call("doctor").splitlines()}
    assert told["deployments"] == ("ok", f"7, of version {__version__}")
    assert told["worker"] == ("ok", "1 worker for the pool shopflow")
    assert told["watcher"][0] == told["schedule"][0] == "ok"
    assert told["schedule"][1].startswith("pipeline next, ")


class Deployed:
    """One deployment of a version on the session's server, for which nobody works."""

    def __init__(self, client: SyncPrefectClient, version: str = __version__) -> None:
        from prefect import flow
        from prefect.client.schemas.actions import WorkPoolCreate

        self.client = client
        client.create_work_pool(WorkPoolCreate(name=scheduled.TAG, type="process"))
        self.id = client.create_deployment(
            client.create_flow(flow(lambda: None, name="nightly")),
            name=scheduled.TAG,
            work_pool_name=scheduled.TAG,
            version=version,
            tags=[scheduled.TAG],
        )

    def run(self, state: Any) -> None:
        run = self.client.create_flow_run_from_deployment(self.id, tags=[scheduled.TAG])
        self.client.set_flow_run_state(run.id, state, force=True)


@pytest.fixture
def client(prefect_server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[SyncPrefectClient]:
    """Of a server on which nothing but what the test deploys has our tag."""
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, temporary_settings

    monkeypatch.setenv("PREFECT_API_URL", prefect_server.api_url)
    monkeypatch.setattr(scheduled, "TAG", f"shop-{uuid4().hex[:8]}")
    with temporary_settings({PREFECT_API_URL: prefect_server.api_url}), get_client(sync_client=True) as client:
        yield client


def found(settings: Settings) -> dict[str, Finding]:
    return {finding.name: finding for finding in diagnosed(scheduled.checks_of(settings))}


def test_a_server_that_does_not_say_where_it_is_is_a_finding(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The accident: the command ended with that sentence, and looked at nothing else."""
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    settings.prefect_home.mkdir(parents=True)
    (settings.prefect_home / "server.json").write_text("{")
    with (settings.prefect_home / "server.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert [finding.verdict for finding in diagnosed(scheduled.checks_of(settings))] == []
        server = next(check for check in checks(settings) if check.name == "Prefect server")
        (said,) = diagnosed([server])
    assert "does not say where" in said.told


@pytest.mark.xdist_group("prefect")
def test_where_nothing_was_deployed_that_is_all_there_is_to_say(settings: Settings, client: SyncPrefectClient) -> None:
    assert [(name, each.verdict) for name, each in found(settings).items()] == [("deployments", "ok")]


@pytest.mark.xdist_group("prefect")
def test_each_thing_that_keeps_runs_from_beginning_is_said(settings: Settings, client: SyncPrefectClient) -> None:
    from prefect.states import Completed, Crashed, Scheduled

    deployed = Deployed(client)
    told = found(settings)
    assert (told["worker"].verdict, told["schedule"].told) == (
        "fails",
        "nothing runs by itself: every schedule is paused",
    )
    assert scheduled.TAG in told["worker"].told
    assert told["last run"].told == "none has ended yet"
    deployed.run(Scheduled(name="Late", scheduled_time=datetime.now(UTC) - timedelta(hours=3)))
    deployed.run(Completed())
    told = found(settings)
    assert told["schedule"].told.startswith("1 run should have begun, the first at ")
    assert (told["last run"].verdict, told["schedule"].verdict) == ("ok", "fails")
    deployed.run(Crashed(message="no sign of life"))
    assert found(settings)["last run"].told.endswith("Crashed. no sign of life")


@pytest.mark.xdist_group("prefect")
def test_deployments_of_another_version_are_said(settings: Settings, client: SyncPrefectClient) -> None:
    Deployed(client, version="0.0.9")
    told = found(settings)["deployments"]
    assert (told.verdict, told.told) == (
        "fails",
        f"made by version 0.0.9, and this is {__version__}: `make deploy`",
    )

"""Which runs a watcher takes for dead: by their beats, and by nobody's clock."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from flows.duties.lifeless import BEAT, LOOK_COUNTS_SECONDS, Lifeless, last_beat
from flows.server import Server

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]


class Runs:
    """Runs of a server, and a watcher of them whose time passes when it is told to."""

    def __init__(self, client: SyncPrefectClient) -> None:
        self.client, self.now = client, 0.0
        self.watcher = Lifeless(lambda: self.now)

    def made(self, state: Any, beat: str = "30", kind: str = "process", tags: Sequence[str] = ("shopflow",)) -> UUID:
        """A run of a deployment that beats every so many seconds, by Prefect's own rhythm for ``; it has no slot."""
        from prefect import flow
        from prefect.client.schemas.actions import WorkPoolCreate

        pool, env = f"watched-{kind}", {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": beat} if beat else {}
        self.client.create_work_pool(WorkPoolCreate(name=pool, type=kind), overwrite=True)
        deployment = self.client.create_deployment(
            self.client.create_flow(flow(lambda: None, name="watched")),
            name=f"every-{beat}-{kind}",
            work_pool_name=pool,
            job_variables={"env": env},
        )
        run = self.client.create_flow_run_from_deployment(deployment, tags=tags)
        self.client.set_flow_run_state(run.id, state, force=True)
        return run.id

    def beat(self, run: UUID) -> None:
        """A sign of life, by a clock that goes an hour behind."""
        from datetime import UTC, datetime, timedelta

        event = {
            "id": str(uuid4()),
            "event": BEAT,
            "occurred": (datetime.now(UTC) - timedelta(hours=1)).isoformat(),
            "resource": {"prefect.resource.id": f"prefect.flow-run.{run}"},
        }
        before = last_beat(self.client, run)
        self.client.request("POST", "/events", json=[event]).raise_for_status()
        while last_beat(self.client, run) == before:
            time.sleep(0.05)

    def look(self, seconds: float, times: int = 1) -> list[str]:
        """Let the seconds pass and look, again and again."""
        told = []
        for _ in range(times):
            self.now += seconds
            told += self.watcher.look()
        return told

    def state(self, run: UUID) -> str:
        state = self.client.read_flow_run(run).state
        assert state is not None
        return str(state.name)


@pytest.fixture
def runs(prefect_server: Server) -> Iterator[Runs]:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterTags
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: prefect_server.api_url}), get_client(sync_client=True) as client:
        yield Runs(client)
        ours = FlowRunFilter(tags=FlowRunFilterTags(all_=["shopflow"]))
        for run in client.read_flow_runs(flow_run_filter=ours):
            client.delete_flow_run(run.id)


def test_a_run_that_beats_lives_and_one_that_misses_three_beats_is_crashed(runs: Runs) -> None:
    from prefect.states import Running

    living, silent = runs.made(Running()), runs.made(Running())
    told = runs.look(0)
    for _ in range(6):
        runs.beat(living)
        told += runs.look(15)
    assert (runs.state(living), runs.state(silent)) == ("Running", "Crashed")
    (line,) = told
    assert f"({silent}) is set to Crashed: no sign of life since " in line
    assert runs.look(15, times=7)[0].startswith("flow run ")
    assert runs.state(living) == "Crashed"


def test_a_run_whose_cancelling_nobody_heard_is_cancelled(runs: Runs) -> None:
    from prefect.states import Cancelling, Running

    run = runs.made(Running())
    runs.client.set_flow_run_state(run, Cancelling())
    assert len(runs.look(15, times=7)) == 1
    assert runs.state(run) == "Cancelled"


def test_the_time_in_which_the_server_or_the_watcher_was_away_does_not_count(runs: Runs) -> None:
    from prefect.states import Running

    run = runs.made(Running())
    assert runs.look(15, times=5) == []
    assert runs.look(3600) == [], "it may beat again in a moment"
    assert runs.state(run) == "Running"
    assert LOOK_COUNTS_SECONDS < 30


def test_a_run_is_given_three_beats_of_its_own(runs: Runs) -> None:
    from prefect.states import Running

    run, usual = runs.made(Running(), beat="60"), runs.made(Running(), beat="")
    assert runs.look(15, times=12) == []
    assert len(runs.look(15)) == 1
    assert (runs.state(run), runs.state(usual)) == ("Crashed", "Running")


def test_a_process_that_never_began_is_crashed_sooner_than_a_container(runs: Runs) -> None:
    from prefect.states import Pending

    process, container = runs.made(Pending()), runs.made(Pending(), kind="docker")
    assert len(runs.look(15, times=8)) == 1
    assert (runs.state(process), runs.state(container)) == ("Crashed", "Pending")
    assert len(runs.look(15, times=55)) == 1


def test_others_runs_and_those_of_the_command_line_are_left_alone(runs: Runs) -> None:
    from prefect.states import Running

    run = runs.made(Running(), tags=("another",))
    assert runs.look(15, times=20) == []
    assert runs.state(run) == "Running"


def test_a_run_that_ends_while_the_watcher_looks_stays_what_it_is(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    from prefect.states import Completed, Running

    from flows.duties import lifeless

    run, patience = runs.made(Running()), lifeless._patience

    def ends(client: Any, told: Any) -> float:
        client.set_flow_run_state(run, Completed())
        return patience(client, told)

    assert runs.look(15, times=6) == []
    monkeypatch.setattr(lifeless, "_patience", ends)
    assert runs.look(15) == []
    assert runs.state(run) == "Completed"

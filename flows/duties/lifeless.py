"""Runs of workers that died together with their worker: nobody else would ever say that they have ended.

A run of a worker beats: its process sends an event to Prefect every 30 seconds, from a thread of its own, also while
it waits for the home's lock or for a query of an hour. The rule: a run is dead when three beats in a row are missing,
that is, when the watcher has seen no new sign of it for that long while Prefect's server answered. Nobody's clock is
compared with another one's, and the time in which the server was away, or this watcher was not there, does not count
against a run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flows.deployments import TAG

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun

LOOK_COUNTS_SECONDS = 20.0  # at most: the time between two looks; more was an outage
BEATS_MISSED = 3
USUAL_BEAT_SECONDS = 180.0  # Prefect's own, where a deployment names none
START_SECONDS = {"process": 90.0}  # from Pending to Running: a process on this host
START_ELSEWHERE_SECONDS = 900.0  # a container, whose image may have to be fetched
BEAT = "prefect.flow-run.heartbeat"


@dataclass
class _Seen:
    """The newest sign of a run, and how long the watcher had watched when it saw it."""

    sign: tuple[UUID, ...]
    at: float


class Lifeless:
    """The duty's memory: the last sign of each run. `clock` counts seconds and need not know the time of day."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._last_look, self._watched = clock, clock(), 0.0
        self._seen: dict[UUID, _Seen] = {}

    def look(self) -> Iterator[str]:
        """Look at the runs once and set those that are dead to Crashed, or to Cancelled where somebody cancelled them.

        Their deployment's slot is free then. A run that ends, or is marked by another watcher, at the same moment stays
        as it is. Raises what Prefect's client raises where the server does not answer.
        """
        from prefect.client.orchestration import get_client

        with get_client(sync_client=True) as client:
            runs = _under_way(client)
            beats = {run.id: last_beat(client, run.id) for run in runs}
            now = self._clock()
            self._watched += min(now - self._last_look, LOOK_COUNTS_SECONDS)
            self._last_look = now
            self._seen = {run.id: self._newest(run, beats[run.id]) for run in runs}
            for run in runs:
                silent = self._watched - self._seen[run.id].at
                if silent >= min(START_SECONDS.values()) and silent >= _patience(client, run):
                    yield from _mark(client, run, beats[run.id])

    def _newest(self, run: FlowRun, beat: Any) -> _Seen:
        sign = tuple(found.id for found in (run.state, beat) if found)
        before = self._seen.get(run.id)
        return before if before and before.sign == sign else _Seen(sign, self._watched)


def _under_way(client: SyncPrefectClient) -> list[FlowRun]:
    from prefect.client.schemas.filters import (
        FlowRunFilter,
        FlowRunFilterState,
        FlowRunFilterStateType,
        FlowRunFilterTags,
    )
    from prefect.client.schemas.objects import StateType

    kinds = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]
    return client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            tags=FlowRunFilterTags(all_=[TAG]),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=kinds)),
        )
    )


def last_beat(client: SyncPrefectClient, run_id: UUID) -> Any:
    """The newest beat of a run, an event of Prefect; None where there was none."""
    from prefect.events.filters import EventFilter, EventNameFilter, EventOccurredFilter, EventResourceFilter

    until = datetime.now(UTC) + timedelta(days=1)  # by a clock that may go ahead of ours
    found = client.read_events(
        EventFilter(
            occurred=EventOccurredFilter(since=until - timedelta(days=8), until=until),
            event=EventNameFilter(name=[BEAT]),
            resource=EventResourceFilter(id=[f"prefect.flow-run.{run_id}"]),
        ),
        limit=1,
    )
    return found.events[0] if found.events else None


def _patience(client: SyncPrefectClient, run: FlowRun) -> float:
    """For how many seconds a run may be silent."""
    if run.state and run.state.is_pending():
        kind = client.read_work_pool(run.work_pool_name).type if run.work_pool_name else ""
        return START_SECONDS.get(kind, START_ELSEWHERE_SECONDS)
    given = dict(client.read_deployment(run.deployment_id).job_variables if run.deployment_id else {})
    env = {**(given.get("env") or {}), **((run.job_variables or {}).get("env") or {})}
    return BEATS_MISSED * float(env.get("PREFECT_FLOWS_HEARTBEAT_FREQUENCY") or USUAL_BEAT_SECONDS)


def _mark(client: SyncPrefectClient, run: FlowRun, beat: Any) -> Iterator[str]:
    from prefect.client.schemas.responses import SetStateStatus
    from prefect.states import Cancelled, Crashed

    if run.state is None:
        return
    since = max(run.state.timestamp, beat.received) if beat else run.state.timestamp  # both by the server's clock
    told = f"no sign of life since {since:%Y-%m-%d %H:%M:%S} UTC; the next run carries on"
    end: Any = Cancelled(message=told) if run.state.is_cancelling() else Crashed(message=told)
    # Not by force: a run that has ended since we looked stays what it is.
    if client.set_flow_run_state(run.id, end).status == SetStateStatus.ACCEPT:
        yield f"flow run {run.name} ({run.id}) is set to {end.name}: {told}"

"""Whether runs begin by themselves: deployments, who works for them, what is late, and how the last run ended."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from flows import __version__, server
from flows.deployments import TAG
from flows.doctor.check import Check
from flows.errors import ServerError
from flows.server import companions
from flows.settings import Settings
from flows.story import count_of

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun
    from prefect.client.schemas.responses import DeploymentResponse


def checks_of(settings: Settings) -> Iterator[Check]:
    """The checks of what was deployed; none where no server runs that could be asked."""
    try:
        if server.status(settings) is None:
            return
    except ServerError:  # said by the check `Prefect server`
        return
    deployed = _Deployed(settings)
    needs = ("Prefect server",)
    yield Check("deployments", deployed.look, needs)
    if deployed.is_empty:
        return
    yield Check("worker", deployed.look_at_workers, (*needs, "deployments"))
    yield Check("watcher", partial(_watcher, settings), (*needs, "deployments"))
    yield Check("schedule", deployed.look_at_schedules, (*needs, "deployments"))
    yield Check("last run", deployed.look_at_last_run, (*needs, "deployments"))


def _watcher(settings: Settings) -> str:
    if companions.WATCHER.name in companions.living(settings):
        return f"runs here; its log: {companions.WATCHER.log(settings.prefect_home)}"
    if os.environ.get("PREFECT_API_URL"):
        return "none in this home; `shopflow watch` may run elsewhere for this server"
    raise ServerError("none runs: a run that dies with its worker would be Running for ever. `make deploy` starts one")


class _Deployed:
    """What the Prefect server knows of our deployments."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def _client(self) -> SyncPrefectClient:
        if found := server.status(self._settings):
            os.environ.update(found.environment())
        from prefect.client.orchestration import get_client

        return get_client(sync_client=True)

    @cached_property
    def _deployments(self) -> list[DeploymentResponse]:
        return [found for found in self._client.read_deployments() if TAG in found.tags]

    @property
    def is_empty(self) -> bool:
        try:
            return not self._deployments
        except Exception:  # said by the check `deployments`
            return True

    def look(self) -> str:
        if not self._deployments:
            return "none: `make deploy` has runs on a schedule"
        old = {found.version for found in self._deployments} - {__version__}
        if old:
            raise ServerError(f"made by version {', '.join(map(str, old))}, and this is {__version__}: `make deploy`")
        return f"{len(self._deployments)}, of version {__version__}"

    def look_at_workers(self) -> str:
        told = []
        for pool in sorted({found.work_pool_name or "" for found in self._deployments} - {""}):
            workers = self._client.read_workers_for_work_pool(pool)
            online = [worker for worker in workers if worker.status == "ONLINE"]
            if not online:
                raise ServerError(f"nobody works for the pool {pool}, so its runs wait: `make deploy` starts a worker")
            told.append(f"{count_of(len(online), 'worker')} for the pool {pool}")
        return ", ".join(told)

    def look_at_schedules(self) -> str:
        late = self._runs("EXPECTED_START_TIME_ASC", name="Late")
        if late:
            since = f"{late[0].expected_start_time:%Y-%m-%d %H:%M} UTC"
            raise ServerError(
                f"{count_of(len(late), 'run')} should have begun, the first at {since}: is the worker overloaded?"
            )
        coming = self._runs("EXPECTED_START_TIME_ASC", name="Scheduled")
        if not coming:
            return "nothing runs by itself: every schedule is paused"
        flow = self._client.read_flow(coming[0].flow_id).name
        at = coming[0].expected_start_time
        return f"{flow} next, {at.astimezone(self._settings.zone):%a %Y-%m-%d %H:%M %Z}" if at else f"{flow} next"

    def look_at_last_run(self) -> str:
        ended = self._runs("END_TIME_DESC", kinds=("COMPLETED", "FAILED", "CRASHED", "CANCELLED"))
        if not ended or ended[0].state is None:
            return "none has ended yet"
        last, state = ended[0], ended[0].state
        told = f"{last.name}: {state.name}"
        if state.is_failed() or state.is_crashed():
            raise ServerError(f"{told}. {state.message or ''}".strip())
        return f"{told}, {last.end_time:%Y-%m-%d %H:%M} UTC" if last.end_time else told

    def _runs(self, order: str, *, name: str = "", kinds: tuple[str, ...] = ()) -> list[FlowRun]:
        from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterTags
        from prefect.client.schemas.sorting import FlowRunSort

        of: dict[str, Any] = {"name": {"any_": [name]}} if name else {"type": {"any_": list(kinds)}}
        return self._client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                tags=FlowRunFilterTags(all_=[TAG]), state=FlowRunFilterState.model_validate(of)
            ),
            sort=FlowRunSort(order),
            limit=20,
        )

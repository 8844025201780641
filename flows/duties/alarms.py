"""What nobody else can tell: that a run was killed, and that no data comes any more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from flows.deployments import TAG
from flows.settings import Settings

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun, StateType

PATIENCE_SECONDS = 30.0  # for those who are told: nothing waits for a watcher
LOOKS_BACK = timedelta(minutes=15)  # a watcher that comes after a reboot tells of what was found while there was none


class Crashes:
    """Tells of each run of a deployment that has crashed, whoever has seen it: a watcher, or Prefect itself."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._since = settings, datetime.now(UTC) - LOOKS_BACK
        self._told: set[UUID] = set()

    def look(self) -> Iterator[str]:
        """Send alerts of runs that nobody was told of yet, and again where nobody could be told.

        A run of the same flow that ended well since then has ended the matter. Raises what Prefect's client raises.
        """
        if not self._settings.alert_blocks:
            return
        from flows.alerts import Seen, crashed, tell
        from flows.alerts.watching import run_of

        for run, flow in _crashed(self._since, but=self._told):
            how = (run.state.message if run.state else None) or "it was ended from outside"
            seen = Seen((crashed(flow, how.rstrip(".")),))
            if tell(seen, self._settings, run_of(str(run.id), run.name), seconds=PATIENCE_SECONDS):
                self._told.add(run.id)
                yield f"flow run {run.name} ({run.id}) has crashed: told to {self._settings.alert_blocks}"


class Age:
    """Tells that no new data has come for longer than it should, and that it comes again."""

    def __init__(self, settings: Settings) -> None:
        from flows.alerts import Watch

        self._settings, self._watch = settings, Watch(settings)

    def look(self) -> Iterator[str]:
        """Look at the age of what was published."""
        from flows.alerts import tell

        if seen := self._watch.look(datetime.now(UTC)):
            tell(seen, self._settings, seconds=PATIENCE_SECONDS)
            yield from (problem.sentence for problem in seen.problems)


def _crashed(since: datetime, but: set[UUID]) -> list[tuple[FlowRun, str]]:
    """Runs of our deployments that have crashed since then, the latest first, each with the name of its flow.

    Without those of which a run of the same flow came to a good end since.
    """
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.objects import StateType

    with get_client(sync_client=True) as client:
        return [
            (run, client.read_flow(run.flow_id).name)
            for run in _ended(client, StateType.CRASHED, since)
            if run.id not in but
            and not (run.end_time and _ended(client, StateType.COMPLETED, run.end_time, flow=run.flow_id))
        ]


def _ended(client: SyncPrefectClient, how: StateType, since: datetime, flow: UUID | None = None) -> list[FlowRun]:
    from prefect.client.schemas.filters import (
        FlowFilter,
        FlowFilterId,
        FlowRunFilter,
        FlowRunFilterEndTime,
        FlowRunFilterState,
        FlowRunFilterStateType,
        FlowRunFilterTags,
    )
    from prefect.client.schemas.sorting import FlowRunSort

    return client.read_flow_runs(
        flow_filter=FlowFilter(id=FlowFilterId(any_=[flow])) if flow else None,
        flow_run_filter=FlowRunFilter(
            tags=FlowRunFilterTags(all_=[TAG]),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[how])),
            end_time=FlowRunFilterEndTime(after_=since),
        ),
        sort=FlowRunSort.END_TIME_DESC,
        limit=20,
    )

"""What nobody else can tell: that a run was killed, and that no data comes any more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from flows.duties.lifeless import TAG
from flows.settings import Settings

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

LOOKS_BACK = timedelta(minutes=15)  # a watcher that comes after a reboot tells of what was found while there was none


class Crashes:
    """Tells of each run of a deployment that has crashed, whoever has seen it: a watcher, or Prefect itself."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._since = settings, datetime.now(UTC) - LOOKS_BACK
        self._told: set[UUID] = set()

    def look(self) -> Iterator[str]:
        """Send alerts of runs that nobody was told of yet. Raises what Prefect's client raises."""
        if not self._settings.alert_blocks:
            return
        from flows.alerts import Seen, crashed, tell
        from flows.alerts.watching import run_of

        for run, flow in _crashed(self._since):
            if run.id not in self._told:
                self._told.add(run.id)
                how = (run.state.message if run.state else None) or "it was ended from outside"
                tell(Seen((crashed(flow, how.rstrip(".")),)), self._settings, run_of(str(run.id), run.name))
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
            tell(seen, self._settings)
            yield from (problem.sentence for problem in seen.problems)


def _crashed(since: datetime) -> list[tuple[FlowRun, str]]:
    """Runs of our deployments that have crashed since then, the latest first, each with the name of its flow."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import (
        FlowRunFilter,
        FlowRunFilterEndTime,
        FlowRunFilterState,
        FlowRunFilterStateType,
        FlowRunFilterTags,
    )
    from prefect.client.schemas.objects import StateType
    from prefect.client.schemas.sorting import FlowRunSort

    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                tags=FlowRunFilterTags(all_=[TAG]),
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.CRASHED])),
                end_time=FlowRunFilterEndTime(after_=since),
            ),
            sort=FlowRunSort.END_TIME_DESC,
            limit=20,
        )
        return [(run, client.read_flow(run.flow_id).name) for run in runs]

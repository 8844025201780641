"""A run under watch: whatever becomes of it, what is wrong is told at its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from flows import serving
from flows.alerts.problem import Run
from flows.alerts.telling import log, tell
from flows.story import Story


@contextmanager
def alerting(story: Story) -> Iterator[None]:
    """Tell what is wrong with the run within the block when it has ended; it stays as it ended, and so does its error.

    Nothing is told of a run that a person or the system has told to end: its process has no time for it.
    """
    try:
        yield
    except Exception as error:
        _tell_of(story, error)
        raise
    _tell_of(story, story.error)


def look(story: Story) -> None:
    """Ask the marts, where alerts are set, for what rules need to know; failing to is a warning, never a failed run."""
    settings, now = story.settings, datetime.now(UTC)
    if not settings.alert_blocks:
        return
    from flows.alerts.freshness import newest
    from flows.alerts.numbers import read_day

    try:
        if story.published and story.kpis:
            story.day = read_day(story.kpis, settings, now)
        if settings.expect_data_hours:
            story.newest = newest(settings)
    except Exception as error:
        log().warning("alerts: the marts could not be asked: %s", error)


def _tell_of(story: Story, failure: Exception | None) -> None:
    if not story.settings.alert_blocks:
        return
    try:
        from prefect.runtime import flow_run

        from flows.alerts.rules import of_run

        seen = of_run(story, str(flow_run.flow_name), failure, datetime.now(UTC))
        tell(seen, story.settings, run_of(story.run_id, str(flow_run.name), readers(story)))
    except Exception as error:
        log().warning("alerts: nothing could be told: %s", type(error).__name__)


def run_of(run_id: str, name: str, readers: str = "") -> Run:
    """A run with the address of its page."""
    from prefect.utilities.urls import url_for

    return Run(name, url_for("flow-run", run_id) or "", readers)


def readers(story: Story) -> str:
    """What readers see after a run that was stopped."""
    if story.published:
        return "Its marts were published before it failed."
    if story.settings.target == "bigquery":
        return "Nothing was published: readers keep the marts of the last good run."
    copy = serving.current(story.settings)
    if copy is None:
        return "Nothing was ever published in this home."
    return f"Nothing was published: readers keep {copy.stem}."

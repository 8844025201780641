"""Tell what was seen, if it is news, to all blocks that the settings name; remember what was told."""

from __future__ import annotations

import hashlib
import logging
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

from flows.alerts.hush import hushed
from flows.alerts.message import body, subject
from flows.alerts.news import Memory, News, news, packed, unpacked
from flows.alerts.problem import Run, Seen
from flows.alerts.send import deliver, know_kinds, within
from flows.settings import Settings

LIMIT_SECONDS = 5.0  # for Prefect to answer, and for those who are told


def tell(seen: Seen, settings: Settings, run: Run | None = None, now: datetime | None = None) -> None:
    """Send one message with what is new in `seen`, if anything is. Silent where no block is set.

    Never raises, and waits five seconds at most for the Prefect server and five for those who are told: a message that
    fails is a warning in the log. What was told is kept in a variable of the Prefect server that has the blocks, so
    that runs on any machine and the watcher remember the same; where nobody could be told nothing is remembered, and
    whoever sees it next tries again. Needs the Prefect server that the process talks to; no warehouse and no lock.

    >>> tell(Seen((crashed("pipeline", "no sign of life for 95 s"),)), settings)  # doctest: +SKIP
    """
    if not settings.alert_blocks:
        return
    try:
        if why := _tell(seen, settings, run, now or datetime.now(UTC)):
            log().warning("alerts: %s", why)
    except Exception as error:
        log().warning("alerts: nothing could be told: %s", type(error).__name__)


def _tell(seen: Seen, settings: Settings, run: Run | None, now: datetime) -> str | None:
    name, memory = variable_of(settings), {}

    def read() -> None:
        memory.update(_read(name))

    if why := within(LIMIT_SECONDS, {"Prefect": read})["Prefect"]:
        return f"Prefect does not say what was told before ({why}), so nothing is told now"
    found = news(memory, seen, now)
    failed = _send(found, settings, run) if found else []
    if failed and len(failed) == len(settings.alert_blocks_named):
        return f"nobody could be told: {'; '.join(failed)}"
    if found.memory != memory and (
        why := within(LIMIT_SECONDS, {"Prefect": lambda: _write(name, found.memory)})["Prefect"]
    ):
        failed.append(f"Prefect does not keep what was told ({why}): it will be told again")
    return "; ".join(failed) or None


def _send(found: News, settings: Settings, run: Run | None) -> list[str]:
    """Why each block that did not take the message did not; empty as it should be."""
    told = subject(found, settings), body(found, run, settings)
    return [f"{block}: {why}" for block, why in send(settings, *told).items() if why]


def send(settings: Settings, subject: str, body: str, seconds: float | None = None) -> dict[str, str | None]:
    """Send a message to each block; why it was not taken, None where it was, by the block's reference."""
    know_kinds()
    jobs = {block: partial(deliver, block, subject, body) for block in settings.alert_blocks_named}
    with hushed():
        return within(seconds or LIMIT_SECONDS, jobs)


def variable_of(settings: Settings) -> str:
    """The variable of Prefect's with what was told of these marts: a server may know several homes."""
    place = str(settings.home)
    if settings.target == "bigquery":  # where a run's machine is its home, the next run has another one
        place = f"{settings.bigquery_project} {settings.bigquery_dataset_prefix} {settings.bigquery_endpoint}"
    return f"shopflow_alerts_{hashlib.sha256(f'{settings.target} {place}'.encode()).hexdigest()[:12]}"


def _read(name: str) -> Memory:
    from prefect.variables import Variable

    return unpacked(Variable.get(name))


def _write(name: str, memory: Memory) -> None:
    from prefect.variables import Variable

    Variable.set(name, packed(memory), tags=["shopflow"], overwrite=True)


def log() -> Any:
    """The run's log where there is a run, else the process's own."""
    with suppress(Exception):
        from prefect.logging import get_run_logger

        return get_run_logger()
    return logging.getLogger("flows.alerts")

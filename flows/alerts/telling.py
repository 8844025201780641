"""Tell what was seen, if it is news, to all blocks that the settings name; remember what was told."""

from __future__ import annotations

import hashlib
import logging
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

from flows.alerts.message import body, subject
from flows.alerts.news import Memory, news, packed, unpacked
from flows.alerts.problem import Run, Seen
from flows.alerts.send import Outcome, Unanswered, deliver, know_kinds, within
from flows.settings import Settings

SERVER_SECONDS = 5.0  # for Prefect to answer
RECEIVER_SECONDS = 20.0  # for those who are told


def tell(
    seen: Seen,
    settings: Settings,
    run: Run | None = None,
    now: datetime | None = None,
    seconds: float = RECEIVER_SECONDS,
) -> bool:
    """Send one message with what is new in `seen`, if anything is; False where it was news and nobody could be told.

    Silent where no block is set.

    Never raises, and waits five seconds at most for the Prefect server and `seconds` for those who are told: a message
    that fails is a warning in the log. What was told is kept in a variable of the Prefect server that has the blocks,
    so that runs on any machine and the watcher remember the same. One who has not answered in time counts as told, for
    the message is on its way; where nobody could be told nothing is remembered, and whoever sees it next tries again.
    Needs the Prefect server that the process talks to; no warehouse and no lock.

    >>> tell(Seen((crashed("pipeline", "no sign of life for 95 s"),)), settings)  # doctest: +SKIP
    """
    if not settings.alert_blocks:
        return True
    try:
        is_told, why = _tell(seen, settings, run, now or datetime.now(UTC), seconds)
    except Exception as error:
        is_told, why = False, f"nothing could be told: {type(error).__name__}"
    if why:
        log().warning("alerts: %s", why)
    return is_told


def _tell(seen: Seen, settings: Settings, run: Run | None, now: datetime, seconds: float) -> tuple[bool, str]:
    name, memory = variable_of(settings), {}

    def read() -> None:
        memory.update(_read(name))

    if why := within(SERVER_SECONDS, {"Prefect": read})["Prefect"]:
        return False, f"Prefect does not say what was told before ({why}), so nothing is told now"
    found = news(memory, seen, now)
    outcomes = send(settings, subject(found, settings), body(found, run, settings), seconds) if found else {}
    failed = [f"{block}: {why}" for block, why in outcomes.items() if why]
    if outcomes and all(why and not isinstance(why, Unanswered) for why in outcomes.values()):
        return False, f"nobody could be told: {'; '.join(failed)}"
    if found.memory != memory and (
        why := within(SERVER_SECONDS, {"Prefect": lambda: _write(name, found.memory)})["Prefect"]
    ):
        failed.append(f"Prefect does not keep what was told ({why}): it will be told again")
    return True, "; ".join(failed)


def send(settings: Settings, subject: str, body: str, seconds: float = RECEIVER_SECONDS) -> dict[str, Outcome]:
    """Send a message to each block; why it was not taken, None where it was, by the block's reference."""
    know_kinds()
    jobs = {block: partial(deliver, block, subject, body) for block in settings.alert_blocks_named}
    return within(seconds, jobs)


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

"""`shopflow watch`: looks after runs from outside, in the foreground, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime
from threading import Event

from flows import server
from flows.errors import ServerError
from flows.settings import Settings, load_settings

# A duty that fails is called again: Prefect's client itself should not hold up the others for a minute.
AWAY = {"PREFECT_CLIENT_MAX_RETRIES": "0", "PREFECT_API_REQUEST_TIMEOUT": "15"}


def look_after_runs() -> None:
    """Watch with all duties; a server that goes away is waited for.

    Raises ServerError where this home has no Prefect server, and none is set.
    """
    settings = load_settings()
    found = server.status(settings)
    if found is None:
        raise ServerError("no Prefect server runs in this home, so there is nothing to watch: `shopflow ui` starts one")
    os.environ.update(found.environment() | AWAY)  # for Prefect, which is imported by the duties
    until_signalled(settings, found.ui_url)


def until_signalled(settings: Settings, where: str) -> None:
    """Watch in this process, which has Prefect's settings in its environment, until SIGTERM or Ctrl-C."""
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())

    from flows.duties import duties
    from flows.watch import watch

    _say(f"watching the runs of {where}")
    watch(duties(settings), _say, ended)
    _say("no longer watching")


def _say(line: str) -> None:
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {line}", flush=True)

"""`shopflow watch`: looks after runs from outside, in the foreground, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime
from threading import Event

from flows import server
from flows.errors import ServerError
from flows.settings import load_settings


def look_after_runs() -> None:
    """Watch with all duties; a server that goes away is waited for.

    Raises ServerError where this home has no Prefect server, and none is set.
    """
    settings = load_settings()
    found = server.status(settings)
    if found is None:
        raise ServerError("no Prefect server runs in this home, so there is nothing to watch: `shopflow ui` starts one")
    os.environ.update(found.environment())  # for Prefect, which is imported below
    # A duty that fails is called again: the client itself should not hold up the others for a minute.
    os.environ |= {"PREFECT_CLIENT_MAX_RETRIES": "0", "PREFECT_API_REQUEST_TIMEOUT": "15"}
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())

    from flows.duties import duties
    from flows.watch import watch

    _say(f"watching the runs of {found.ui_url}")
    watch(duties(settings), _say, ended)
    _say("no longer watching")


def _say(line: str) -> None:
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {line}", flush=True)

"""`shopflow run`, `shopflow remove` and the like: a flow with its progress, and the table at the end."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

import httpx

from flows import server
from flows.commands.interrupted import interruptible
from flows.console import ConsoleProgress
from flows.errors import ServerError
from flows.left_behind import noted
from flows.settings import Settings, load_settings
from flows.story import listening

if TYPE_CHECKING:
    from prefect import State


def run_flow(module: str, **parameters: Any) -> None:
    """Run the flow `flows.<module>.<module>` against the local Prefect server, or the user's own.

    Raises the error that ended the run.

    >>> run_flow("remove", batch="20251101T060000Z-1a2b3c4d")  # doctest: +SKIP
    """
    with interruptible():
        _run(module, parameters)


def _run(module: str, parameters: dict[str, Any]) -> None:
    progress, settings = ConsoleProgress(), load_settings()
    found = server.start(settings)
    gc.set_threshold(50_000, 10, 10)  # imports make no garbage to speak of; looking for it is a fifth of their time
    os.environ.update(found.environment())  # for Prefect, which is imported while the server starts
    with progress, listening(progress):
        progress.say("starting the Prefect server" if found.was_started else "starting")
        run = _import_flow(module, settings)
        server.wait(found)
        with _server_errors(found), noted(settings.prefect_home):
            state = run(**parameters)
    progress.close(found.ui_url)
    with _server_errors(found):
        state.result()


@contextmanager
def _server_errors(found: server.Server) -> Iterator[None]:
    """Raise ServerError where the Prefect server goes away, or cannot do its part: its database has a disk, too."""
    try:
        yield
    except httpx.TransportError as error:
        raise ServerError(f"the Prefect server at {found.ui_url} went away during the run; run it again") from error
    except httpx.HTTPStatusError as error:
        if (status := error.response.status_code) < 500:
            raise
        log = f": see {found.folder / 'server.log'}" if found.folder else ""
        raise ServerError(
            f"the Prefect server at {found.ui_url} failed during the run (HTTP status {status}), as it does where its "
            f"disk is full{log}; then run again"
        ) from error


def _import_flow(module: str, settings: Settings) -> Callable[..., State[Any]]:
    # DuckDB imports pandas, where it is installed, at the first bound parameter. Nobody here uses it, and it costs half
    # a second.
    sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]
    # Prefect says on stderr of every line of a log that its server did not take; the run's own error says why.
    logging.raiseExceptions = False
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    from flows import warm

    flow = getattr(import_module(f"flows.{module}"), module)

    def run(**parameters: Any) -> State[Any]:
        # Nothing watches for the heartbeats of a run that a person watches, and the thread that sends them holds up
        # the run's end until its second is over.
        with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
            state: State[Any] = flow(**parameters, return_state=True)
            return state

    warm.begin(settings)
    return run

"""`shopflow run`: the pipeline with its progress, and the table at the end."""

from __future__ import annotations

import os
import sys
from importlib import import_module

from rich.console import Console

from flows import server
from flows.console import ConsoleProgress
from flows.errors import ServerError
from flows.server import Server
from flows.settings import load_settings
from flows.story import Story, listening
from flows.summary import table


def run_pipeline(source: list[str] | None, format: str | None, full_refresh: bool) -> None:
    """Run the pipeline against the local Prefect server, or the user's own. Raises the error that a step raised."""
    settings = load_settings()
    found = server.start(settings)
    os.environ.update(found.environment())  # read by Prefect when it is imported, which the server's start goes beside
    console = Console(highlight=False)
    with ConsoleProgress(console) as progress, listening(progress):
        progress.say("starting the Prefect server" if found.was_started else "starting")
        _import_beside_the_server()
        server.wait(found)
        _run(found, source=source, format=format, full_refresh=full_refresh)
    story = progress.story
    if story is not None:
        console.print()
        console.print(table(story, _page(found, story)), soft_wrap=not console.is_terminal)
        if story.error is not None:
            raise story.error


def _import_beside_the_server() -> None:
    # DuckDB imports pandas, where it is installed, at the first bound parameter; nobody here uses it, and it costs half
    # a second.
    sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]
    import_module("flows.pipeline")
    from flows import warm

    warm.begin()


def _run(found: Server, **parameters: object) -> None:
    import httpx
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    from flows.pipeline import pipeline

    # Nothing watches for the heartbeats of a run that a person watches, and the thread that sends them holds up the
    # run's end until its second is over.
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        try:
            state = pipeline(**parameters, return_state=True)
        except httpx.TransportError as error:
            raise ServerError(f"the Prefect server at {found.ui_url} went away during the run; run it again") from error
    if state.is_crashed() or (state.is_failed() and isinstance(state.data, Exception)):
        state.result()


def _page(found: Server, story: Story) -> str:
    return f"{found.ui_url}/runs/flow-run/{story.run_id}"

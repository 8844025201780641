"""The parsed project: made once per process and settings, also ahead of time in another thread."""

from __future__ import annotations

import threading
from typing import Any

from flows.builds.command import command
from flows.errors import BuildFailed
from flows.settings import Settings

_parsed: dict[tuple[str, ...], Any] = {}
_lock = threading.Lock()


def parsed(settings: Settings) -> Any:
    """dbt's manifest of the project. The first call imports dbt and parses, which takes seconds.

    Any thread may call it; whoever comes while another one parses, waits. Opens no database. Raises BuildFailed in
    dbt's own words if the project cannot be parsed; the next call then tries again.
    """
    arguments = command("parse", settings)
    with _lock:
        if tuple(arguments) not in _parsed:
            from dbt.cli.main import dbtRunner

            outcome = dbtRunner().invoke(arguments)
            if not outcome.success:
                raise BuildFailed(f"the dbt project cannot be read: {' '.join(str(outcome.exception).split())}")
            _parsed[tuple(arguments)] = outcome.result
        return _parsed[tuple(arguments)]

"""The parsed project: made once per process, also ahead of time in another thread."""

from __future__ import annotations

import threading
from typing import Any

from flows.builds.command import command
from flows.errors import BuildFailed
from flows.settings import Settings

_parsed: dict[str, Any] = {}
_lock = threading.Lock()


def parsed(settings: Settings) -> Any:
    """dbt's manifest of the project for the settings' target; where the warehouse lies makes no difference to it.

    The first call imports dbt and parses, which takes seconds. Any thread may call it; whoever comes while another one
    parses, waits. Opens no database. Raises BuildFailed in dbt's own words if the project cannot be parsed; the next
    call then tries again.
    """
    with _lock:
        if settings.target not in _parsed:
            from dbt.cli.main import dbtRunner

            outcome = dbtRunner().invoke(command("parse", settings))
            if not outcome.success:
                raise BuildFailed(f"the dbt project cannot be read: {' '.join(str(outcome.exception).split())}")
            _parsed[settings.target] = outcome.result
        return _parsed[settings.target]

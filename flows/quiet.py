"""Telemetry off for every dependency, unless the user turned it on: the package calls `quiet()` before all else."""

import os

QUIET = {
    "DO_NOT_TRACK": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "SODA_CORE_TELEMETRY_ENABLED": "false",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
}


def quiet() -> None:
    """Set the switches that the user has not set. Changes nothing else and never fails.

    >>> quiet()
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)

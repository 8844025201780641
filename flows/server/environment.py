"""The settings of the local Prefect server, and of the processes that talk to it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

HOST = "127.0.0.1"

SERVER_SETTINGS = {
    "PREFECT_SERVER_API_HOST": HOST,
    # a page in a browser can send what looks like JSON without asking before; Prefect's clients and UI have a token
    "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
    # both: otherwise every installed collection is imported at start to hash its blocks
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
    "PREFECT_SERVER_MEMOIZE_BLOCK_AUTO_REGISTRATION": "false",
    # the newer UI asks an analytics host at every page load, even with analytics off
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    # runs that ended 90 days ago leave the history, with their logs and artifacts; by default events alone do
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    # otherwise "database is locked" holds up runs on SQLite
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "50",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "50",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1.0",
    # a server restart must not stick the slot of a deployment's concurrency limit
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    "PREFECT_SERVER_CONCURRENCY_INITIAL_DEPLOYMENT_LEASE_DURATION": "60",
    # how often a run that waits for another one of its deployment asks again; 30 by default
    "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "5",
    "PREFECT__SERVER_FINAL": "1",
}

WORKER_SETTINGS = {
    "PREFECT_WORKER_QUERY_SECONDS": "2",  # how soon a run that somebody asked for begins; 10 by default
    "PREFECT_WORKER_WEBSERVER_HOST": HOST,  # every interface by default
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
}


def of_server(folder: Path, port: int, outside: Mapping[str, str]) -> dict[str, str]:
    """Environment of the server's process: ours alone decides, not that of another Prefect (such as its database)."""
    return {
        **{name: value for name, value in outside.items() if not name.startswith("PREFECT_")},
        **SERVER_SETTINGS,
        "PREFECT_HOME": str(folder),
        # not uvicorn's `port` alone: the UI's pages call the address that this setting names
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": ",".join(own_origins(port)),
        **_importing(outside),
    }


def own_origins(port: int) -> tuple[str, str]:
    """Whose pages may ask the server: its own UI's, under both names of this machine.

    Prefect's default is everybody's, so any page in a browser on this machine could begin runs, which are commands.
    """
    return f"http://{HOST}:{port}", f"http://localhost:{port}"


def of_client(api_url: str, folder: Path | None, outside: Mapping[str, str]) -> dict[str, str]:
    """What a process that runs flows from the command line adds to its environment before `import prefect`.

    `folder` is None for a server of the user's own: then only the console is made quiet, and address, profile and
    keys stay as they are.
    """
    added = {
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",  # the command line shows its own progress
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
    }
    return added | _reaching(api_url, folder, outside)


def of_worker(api_url: str, folder: Path | None, outside: Mapping[str, str]) -> dict[str, str]:
    """Environment of the process of a companion, such as the worker, and so of the runs that it starts.

    No setting of shopflow's is in it: those that a run is to have are its deployment's, and one of the shell in which
    somebody deployed long ago would be believed beside them. `folder` is None for a server of the user's own, whose
    address, profile and keys stay; of our server, ours alone counts.
    """
    strange = ("SHOPFLOW_", "PREFECT_") if folder else ("SHOPFLOW_",)
    return {
        **{name: value for name, value in outside.items() if not name.startswith(strange)},
        **WORKER_SETTINGS,
        **_reaching(api_url, folder, outside),
        **_importing(outside),
    }


def _reaching(api_url: str, folder: Path | None, outside: Mapping[str, str]) -> dict[str, str]:
    if folder is None:
        return {}
    proxied = outside.get("NO_PROXY") or outside.get("no_proxy")
    around = ",".join(filter(None, [proxied, HOST]))
    return {"PREFECT_API_URL": api_url, "PREFECT_HOME": str(folder), "NO_PROXY": around, "no_proxy": around}


def _importing(outside: Mapping[str, str]) -> dict[str, str]:
    project = str(Path(__file__).resolve().parent.parent.parent)
    before = (outside.get("PYTHONPATH") or "").split(os.pathsep)
    return {"PYTHONPATH": os.pathsep.join([project, *(path for path in before if path not in ("", project))])}

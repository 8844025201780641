"""What runs in the background beside a home's Prefect server: worker and watcher. Started by `deploy`, ended by `stop`.

    <home>/prefect/<name>.lock   held by the living companion's process; free = there is none
    <home>/prefect/<name>.json   its process id, and what it was given
    <home>/prefect/<name>.log    what it says

A companion is a module that is run as `python -m <module> <folder> <lock's descriptor> <address of the API> …`. It
ends at SIGTERM, and by itself when the home is removed (`process.end_with_home`).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from flows.errors import ServerError
from flows.server import LOG_LIMIT_BYTES, Server, info
from flows.server.environment import of_worker
from flows.server.held import is_locked, turn
from flows.settings import Settings

END_SECONDS = 20.0  # for what is told to end, before it is killed


@dataclass(frozen=True)
class Companion:
    """A kind of background process: what its files are called, and its module."""

    name: str
    module: str

    def lock(self, folder: Path) -> Path:
        return folder / f"{self.name}.lock"

    def log(self, folder: Path) -> Path:
        return folder / f"{self.name}.log"

    def note(self, folder: Path) -> Path:
        return folder / f"{self.name}.json"


WORKER = Companion("worker", "flows.server.worker")
WATCHER = Companion("watcher", "flows.server.watcher")
COMPANIONS = (WATCHER, WORKER)  # in the order in which they are ended


def start(
    companion: Companion, settings: Settings, server: Server, *given: str, env: Mapping[str, str] | None = None
) -> bool:
    """Have the companion run for this server, with what is given; False where it did already.

    One that runs for another server, or was given something else, is ended first. `env` is added to its environment.
    """
    folder = settings.prefect_home.resolve()
    environment = of_worker(server.api_url, server.folder, os.environ) | dict(env or {})
    given = (server.api_url, *given, *([_digest(env)] if env else []))
    with turn(folder):
        if is_locked(companion.lock(folder)):
            if _noted(companion, folder).get("given") == list(given):
                return False
            _end(companion, folder)
        _spawn(companion, folder, environment, given)
    return True


def living(settings: Settings) -> list[str]:
    """The names of the companions that run. Changes nothing and waits for nobody."""
    folder = settings.prefect_home.resolve()
    return [companion.name for companion in COMPANIONS if is_locked(companion.lock(folder))]


def stop(settings: Settings) -> list[str]:
    """End all companions of the home and return the names of those that ran, once they and their runs have ended.

    Raises ServerError, naming the log, where one cannot be ended.
    """
    folder = settings.prefect_home.resolve()
    if not folder.is_dir():
        return []
    with turn(folder):
        running = [companion for companion in COMPANIONS if is_locked(companion.lock(folder))]
        for companion in running:
            _end(companion, folder)
    return [companion.name for companion in running]


def _digest(env: Mapping[str, str]) -> str:
    """Tells environments apart, and none of what is in them."""
    return hashlib.sha256(json.dumps(dict(env), sort_keys=True).encode()).hexdigest()[:12]


def _end(companion: Companion, folder: Path) -> None:
    pid = _noted(companion, folder).get("pid")
    if not isinstance(pid, int) or not info.is_ours(pid, companion.module, folder):
        companion.lock(folder).unlink(missing_ok=True)  # without it a companion ends by itself, see process.py
        pid = None
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if pid is not None:
            _send(pid, sign)
        deadline = time.monotonic() + END_SECONDS
        while time.monotonic() < deadline:
            if not is_locked(companion.lock(folder)):
                return
            time.sleep(0.02)
    raise ServerError(f"the {companion.name} of {folder} does not end: see {companion.log(folder)}")


def _send(pid: int, sign: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        if sign is signal.SIGKILL:
            os.killpg(pid, sign)  # it leads a group of its own: the runs that it has begun do not outlive it
        else:
            os.kill(pid, sign)


def _noted(companion: Companion, folder: Path) -> dict[str, object]:
    try:
        found = json.loads(companion.note(folder).read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _spawn(companion: Companion, folder: Path, environment: Mapping[str, str], given: tuple[str, ...]) -> None:
    log = companion.log(folder)
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.unlink()
    with companion.lock(folder).open("a") as lock, log.open("ab") as output:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the child inherits the lock, and holds it for as long as it lives
        process = subprocess.Popen(
            [sys.executable, "-m", companion.module, str(folder), str(lock.fileno()), *given],
            cwd=folder,  # not where the user stands: Prefect reads .env and prefect.toml there
            env=dict(environment),
            pass_fds=(lock.fileno(),),
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        draft = folder / f".{companion.name}.json"
        draft.write_text(json.dumps({"pid": process.pid, "given": list(given)}))
        draft.replace(companion.note(folder))
    process.returncode = 0  # it is meant to outlive us: no warning that it still runs

"""The one local Prefect server of a home: started in the background by the first run, reused by later ones.

    <home>/prefect/server.lock   held by the living server's process; free = there is none
    <home>/prefect/server.json   its process id and port
    <home>/prefect/server.log    what it says
    <home>/prefect/prefect.db    its runs, logs and artifacts

Where PREFECT_API_URL is set, that server is used and none is started. What runs beside it in the background, such as a
worker, is in `companions.py`.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from flows.errors import ServerError
from flows.server import info
from flows.server.environment import HOST, of_client, of_server
from flows.server.held import is_held, is_locked, turn
from flows.server.probe import answers, require_free
from flows.settings import Settings

LOG_LIMIT_BYTES = 5_000_000


@dataclass(frozen=True)
class Server:
    """A server that runs will use. `folder` and `pid` are None where it is the user's own (PREFECT_API_URL)."""

    api_url: str
    folder: Path | None = None
    pid: int | None = None
    was_started: bool = False

    @property
    def ui_url(self) -> str:
        return self.api_url.rstrip("/").removesuffix("/api")

    def environment(self) -> dict[str, str]:
        """What to add to the environment before `import prefect` in a process that runs flows."""
        return of_client(self.api_url, self.folder, os.environ)


def start(settings: Settings) -> Server:
    """The server to use, started if there is none. Returns at once: `wait` returns when it answers.

    Raises ServerError where the port belongs to another program. Several processes may call this at the same time:
    one server comes of it.
    """
    if url := os.environ.get("PREFECT_API_URL"):
        return Server(url)
    folder = settings.prefect_home.resolve()
    if "?" in str(folder):  # Prefect would take the rest for options, and write its database somewhere else
        raise ServerError(f"Prefect cannot keep its files below a folder with a question mark in its name: {folder}")
    with turn(folder):
        return _living(folder) or _spawn(folder, settings.server_port)


def wait(server: Server, timeout_seconds: float = 120) -> Server:
    """Return the server once it answers. Raises ServerError if it ended, or does not answer in time."""
    deadline = time.monotonic() + timeout_seconds
    while not answers(server.api_url):
        if server.folder is None:
            raise ServerError(
                f"the Prefect server at {server.api_url} (PREFECT_API_URL) does not answer: start it, "
                "or unset PREFECT_API_URL to use a local one"
            )
        if not is_locked(server.folder / "server.lock"):
            raise ServerError(f"the Prefect server ended while it started: see {server.folder / 'server.log'}")
        if time.monotonic() > deadline:
            raise ServerError(
                f"the Prefect server does not answer after {timeout_seconds:.0f} seconds: see "
                f"{server.folder / 'server.log'}, and end it with `shopflow stop`"
            )
        time.sleep(0.05)
    return server


def status(settings: Settings) -> Server | None:
    """The server that a run would use now, or None where it would start one."""
    if url := os.environ.get("PREFECT_API_URL"):
        return Server(url)
    folder = settings.prefect_home.resolve()
    if not folder.is_dir():
        return None
    with turn(folder):
        return _living(folder)


def stop(settings: Settings, timeout_seconds: float = 15) -> bool:
    """End this home's server and return when it is gone; False where none was running.

    Never touches a server of the user's own, nor a process that cannot be told to be the server.
    """
    folder = settings.prefect_home.resolve()
    if not folder.is_dir():
        return False
    with turn(folder):
        if not is_locked(folder / "server.lock"):
            return False
        with (folder / "server.lock").open("r") as lock:
            for sign in (signal.SIGTERM, signal.SIGKILL):
                if not info.send(folder, sign):
                    (folder / "server.lock").unlink(missing_ok=True)  # without it a server ends, see process.py
                deadline = time.monotonic() + timeout_seconds
                while time.monotonic() < deadline:
                    if not is_held(lock):
                        return True
                    time.sleep(0.02)
    raise ServerError(f"the Prefect server of {folder} does not end: see {folder / 'server.log'}")


def _living(folder: Path) -> Server | None:
    if not is_locked(folder / "server.lock"):
        return None
    if (told := info.read(folder)) is None:
        raise ServerError(
            f"this home's Prefect server runs, but {folder / 'server.json'} does not say where: end it with "
            "`shopflow stop`, and run again"
        )
    return Server(f"http://{HOST}:{told.port}/api", folder, told.pid)


def _spawn(folder: Path, port: int) -> Server:
    require_free(port, folder)
    log = folder / "server.log"
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.unlink()
    with (folder / "server.lock").open("a") as lock, log.open("ab") as output:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the child inherits the lock, and holds it for as long as it lives
        process = subprocess.Popen(
            [sys.executable, "-m", info.MODULE, str(folder), str(port), str(lock.fileno())],
            cwd=folder,  # not where the user stands: Prefect reads .env and prefect.toml there
            env=of_server(folder, port, os.environ),
            pass_fds=(lock.fileno(),),
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        info.write(folder, info.Info(process.pid, port))
    process.returncode = 0  # it is meant to outlive us: no warning that it still runs
    return Server(f"http://{HOST}:{port}/api", folder, process.pid, was_started=True)

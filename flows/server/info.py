"""`server.json`: which process the living server is, and where it listens."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

MODULE = "flows.server.process"


class Info(NamedTuple):
    """Process id and port."""

    pid: int
    port: int


def write(folder: Path, info: Info) -> None:
    """Write it whole or not at all. Raises OSError."""
    draft = folder / f".server-{os.getpid()}.json"
    draft.write_text(json.dumps(info._asdict()))
    draft.replace(folder / "server.json")


def read(folder: Path) -> Info | None:
    """What it says, or None where it is not there or damaged. It may be of a server that has ended."""
    try:
        found = json.loads((folder / "server.json").read_text())
        return Info(int(found["pid"]), int(found["port"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def send(folder: Path, sign: signal.Signals) -> bool:
    """Send a signal to the server of this folder; False, and nothing is sent, where its process cannot be told."""
    told = read(folder)
    if told is None or not is_ours(told.pid, MODULE, folder):
        return False
    with suppress(ProcessLookupError):
        os.kill(told.pid, sign)
    return True


def is_ours(pid: int, module: str, folder: Path) -> bool:
    """Whether a process is the one that was started as `python -m <module> <folder> …`."""
    # By its command line: an id is given anew to another process after an end that nobody noted, such as the machine's.
    told = b""
    with suppress(OSError):
        if Path("/proc/self").exists():
            told = Path(f"/proc/{pid}/cmdline").read_bytes()
        else:
            told = subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True).stdout
    return module.encode() in told and os.fsencode(folder) in told

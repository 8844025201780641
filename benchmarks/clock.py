"""Runs a command in a process of its own and tells its wall seconds, the peak of its memory, and what it read."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """Wall seconds, peak resident megabytes and megabytes read of one process (not of a server that it talks to).

    Read is what the process and the children that it waited for asked of files and pipes (`rchar` of Linux), whether it
    came from the disk or from memory; 0 where the system does not tell.
    """

    seconds: float
    megabytes: float
    read_megabytes: float
    output: str


def timed(command: Sequence[str | Path], env: Mapping[str, str] | None = None, log: Path | None = None) -> Run:
    """Run `command` to its end. Raises RuntimeError with its last lines when it fails."""
    log = log or Path(os.devnull)
    full_env = {k: v for k, v in os.environ.items() if not k.startswith("SHOPFLOW_") and k != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    with log.open("w+") as out:
        child = subprocess.Popen([str(c) for c in command], env={**full_env, **(env or {})}, stdout=out, stderr=out)
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        seconds, read_megabytes = time.perf_counter() - started, _read_megabytes(child.pid)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    text = log.read_text() if log.is_file() else ""
    if child.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {child.returncode}:\n{text[-3000:]}")
    return Run(seconds, usage.ru_maxrss / 1024, read_megabytes, text)


def _read_megabytes(pid: int) -> float:
    try:
        told = Path(f"/proc/{pid}/io").read_text()
    except OSError:
        return 0.0
    return int(dict(line.split(": ") for line in told.splitlines())["rchar"]) / 1e6


def shopflow(*arguments: str | Path) -> list[str | Path]:
    """The command line of the product in this environment."""
    return [sys.executable, "-m", "flows", *arguments]

"""Runs a command in a process of its own and tells its wall seconds and the peak of its memory."""

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
    """Wall seconds and peak resident megabytes of one process (not of a server that it talks to)."""

    seconds: float
    megabytes: float
    output: str


def timed(command: Sequence[str | Path], env: Mapping[str, str] | None = None, log: Path | None = None) -> Run:
    """Run `command` to its end. Raises RuntimeError with its last lines when it fails."""
    log = log or Path(os.devnull)
    full_env = {k: v for k, v in os.environ.items() if not k.startswith("SHOPFLOW_") and k != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    with log.open("w+") as out:
        child = subprocess.Popen([str(c) for c in command], env={**full_env, **(env or {})}, stdout=out, stderr=out)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
    text = log.read_text() if log.is_file() else ""
    if child.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {child.returncode}:\n{text[-3000:]}")
    return Run(seconds, usage.ru_maxrss / 1024, text)


def shopflow(*arguments: str | Path) -> list[str | Path]:
    """The command line of the product in this environment."""
    return [sys.executable, "-m", "flows", *arguments]

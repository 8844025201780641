"""Locks that say which background processes of a home live: each holds its own for as long as it does."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from flows.errors import ServerError
from flows.lock import opened


@contextlib.contextmanager
def turn(folder: Path) -> Iterator[None]:
    """One process at a time looks at a home's background processes and decides about them."""
    with opened(folder / "start.lock", ServerError) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def is_locked(path: Path) -> bool:
    """Whether a living process holds the lock; False where there is none."""
    try:
        with path.open("r") as lock:
            return is_held(lock)
    except FileNotFoundError:
        return False


def is_held(lock: TextIO) -> bool:
    """Whether another process holds the lock of this open file."""
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(lock, fcntl.LOCK_UN)
    return False

"""One writer at a time per home: whoever changes what lies there holds its lock meanwhile.

    <home>/run.lock      locked by the holder's process for as long as it works; who that is stands in it, as JSON

It is a lock of the system's (`flock`): a process that was killed holds nothing, and there is nothing to clean up.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from flows.errors import HomeHeld, ShopflowError, StorageError
from flows.settings import Settings

POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Holder:
    """Who holds a home: process, host, since when (ISO, UTC), and what it does there."""

    pid: int
    host: str
    since: str
    what: str

    def __str__(self) -> str:
        return f"another {self.named}"

    @property
    def named(self) -> str:
        where = "" if self.host == socket.gethostname() else f" on {self.host}"
        return f"{self.what} (pid {self.pid}{where}, since {self.since[11:19]} UTC)"


@contextmanager
def locked(settings: Settings, what: str = "run", *, on_wait: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold the home for the block; `what` is said to those who wait meanwhile: `run`, `removal`, …

    Where another process holds it, `on_wait` is told so in one sentence, and the block begins when that one has ended.
    Raises HomeHeld if this takes longer than `settings.lock_wait_seconds`, StorageError where the home cannot be
    written; the block has not begun then. Not to be taken twice: a process that holds the home would wait for itself.

    >>> with locked(settings, "removal", on_wait=print):  # doctest: +SKIP
    ...     remove(batch_id, settings)
    """
    path, deadline, has_told = settings.home / "run.lock", time.monotonic() + settings.lock_wait_seconds, False
    while (handle := _taken(path)) is None:
        holder = _holder(path)
        if time.monotonic() >= deadline:
            raise HomeHeld(
                f"{holder or 'another run'} holds {settings.home}: run again when it has ended, or wait longer for it "
                f"(SHOPFLOW_LOCK_WAIT_SECONDS is {settings.lock_wait_seconds:g})"
            )
        if holder and on_wait and not has_told:
            on_wait(f"{holder} holds {settings.home}; waiting")
            has_told = True
        time.sleep(POLL_SECONDS)
    with handle:
        _tell(handle, Holder(os.getpid(), socket.gethostname(), datetime.now(UTC).isoformat(timespec="seconds"), what))
        try:
            yield
        finally:
            handle.truncate(0)


def holder(settings: Settings) -> Holder | None:
    """Who is at work in this home, None where nobody is. Waits for nobody and changes nothing."""
    path = settings.home / "run.lock"
    with suppress(OSError), path.open() as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _holder(path)
    return None


def at_work(settings: Settings) -> Holder | None:
    """As `holder`, for readers that ask at every glance: the lock is left alone where its file says that nobody is
    there, or names a process of this machine that is dead. So no run is turned away because somebody looked."""
    told = _holder(settings.home / "run.lock")
    if told is None or (told.host == socket.gethostname() and not _lives(told.pid)):
        return None
    return holder(settings)


def opened(path: Path, error: type[ShopflowError] = StorageError) -> TextIO:
    """A file to be locked, made with its folder where it is not there. Raises `error` where it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a+")
    except OSError as refused:
        raise error(f"cannot write in {path.parent}: {refused.strerror}") from refused


def _taken(path: Path) -> TextIO | None:
    """The file, locked, or None where another process has it."""
    handle = opened(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # A home that was removed and made anew has another file: this lock would keep nobody out.
        if os.fstat(handle.fileno()).st_ino == path.stat().st_ino:
            return handle
    except (BlockingIOError, FileNotFoundError):
        pass
    except OSError as error:
        handle.close()
        raise StorageError(f"{path} cannot be locked: {error.strerror}") from error
    handle.close()
    return None


def _tell(handle: TextIO, holder: Holder) -> None:
    with suppress(OSError):  # a full disk is said by the work itself, in its own words
        handle.truncate(0)
        os.write(handle.fileno(), json.dumps(asdict(holder)).encode())


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's process
        return True
    return True


def _holder(path: Path) -> Holder | None:
    """Who holds the lock, None while that is being written."""
    try:
        return Holder(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None

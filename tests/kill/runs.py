"""Runs of the real command line in processes of their own, to be killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType

from flows.settings import Settings
from tests.kill.life import live

FORKS = multiprocessing.get_context("forkserver")
PATIENCE_SECONDS = 120


class Run:
    """A run that a process does which was forked from one with all imports made: the rest is `python -m flows run`."""

    def __init__(
        self,
        arguments: Sequence[str],
        environment: dict[str, str],
        log: Path,
        ends: dict[str, signal.Signals],
        faults: Sequence[Callable[[], None]],
    ) -> None:
        self.log, self.heard = log, [""]
        self._moments, tell = FORKS.Pipe(duplex=False)
        self._process = FORKS.Process(target=live, args=(arguments, environment, log, tell, ends, faults))
        with _without_main():
            self._process.start()
        tell.close()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def said(self) -> str:
        return self.log.read_text()

    def until(self, moment: str) -> None:
        """Return when the run tells of that moment."""
        while self.heard[-1] != moment:
            assert self._moments.poll(PATIENCE_SECONDS), f"no news since {self.heard[-1]}: {self.said}"
            try:
                self.heard.append(self._moments.recv())
            except EOFError:
                raise AssertionError(f"the run ended after {self.heard[-1]}: {self.said}") from None

    def end(self) -> int:
        """Its exit code, minus the signal's number where one ended it. No process of it is left."""
        self._process.join(PATIENCE_SECONDS)
        with suppress(EOFError):
            while self._moments.poll():
                self.heard.append(self._moments.recv())
        assert self._process.exitcode is not None, f"it goes on after {self.heard[-1]}: {self.said}"
        require_none_left(self.pid)
        return self._process.exitcode

    def killed_after(self, seconds: float) -> bool:
        """SIGKILL to it and all its children so many seconds from now; False where it had ended before."""
        self._process.join(seconds)
        self.kill()
        return self.end() == -signal.SIGKILL

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def go_on(self) -> None:
        """After a SIGSTOP."""
        os.killpg(self.pid, signal.SIGCONT)


def command(home: Settings, source: Path, environment: dict[str, str], killed_after: float | None = None) -> int:
    """The exit code of `python -m flows run`, minus 9 where it was killed after so many seconds. No process is left."""
    process = subprocess.Popen(
        [sys.executable, "-m", "flows", "run", "--source", source],
        env={**os.environ, **environment, "SHOPFLOW_HOME": str(home.home)},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )
    with suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE_SECONDS if killed_after is None else killed_after)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    require_none_left(process.pid)
    return process.returncode


def require_none_left(group: int) -> None:
    """Raise AssertionError if a process of the group lives; those that end with it get a moment for that.

    One that is dead and not buried by the system yet is no process any more: it holds nothing.
    """
    deadline = time.monotonic() + 10
    while _lives(group):
        assert time.monotonic() < deadline, f"processes of group {group} are left"
        time.sleep(0.02)


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    states = subprocess.run(["ps", "-A", "-o", "pgid=,stat="], stdout=subprocess.PIPE, text=True, check=True).stdout
    return any(pgid == str(group) and stat[0] != "Z" for pgid, stat in map(str.split, states.splitlines()))


@contextmanager
def _without_main() -> Iterator[None]:
    """A new process first does what the main module of this one does: pytest, or what a Streamlit test left."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main

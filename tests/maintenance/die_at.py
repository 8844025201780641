"""Old refused rows are let go and the warehouse is written anew, killed by SIGKILL at every tick: at each call of the
driver, and at each file that is renamed or deleted.

Run as a script with a folder. Each attempt is a fork on a home as it was before the first. After each death the laws of
the ledger are checked, and that the batch is whole; it prints whether the rows were let go, `after`, or not, `before`;
then maintenance is done to its end, and nothing is left.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from flows.audit import LET_GO, audit
from flows.checks.manifest import read_manifest
from flows.lake import Lake
from flows.maintenance.compact import compact
from flows.settings import load_settings
from flows.warehouse import duck
from tests.books import Books
from tests.quarantine.die_at import forked

LINES = """event_id,event_type,event_timestamp,user_id,unit_price
g1,page_view,2025-11-01T10:00:00Z,u1,
n1,page_view,2025-11-01T10:00:00Z,u1,-1
"""


class Clock:
    """Kills the process at its tick of that number."""

    def __init__(self, at: int) -> None:
        self._left = at

    def tick(self) -> None:
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1

    def deadly(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.tick()
        return call(*args, **kwargs)


class Deadly:
    """A connection whose calls tick."""

    def __init__(self, connection: Any, clock: Clock) -> None:
        self._connection, self._clock = connection, clock

    def __getattr__(self, name: str) -> Any:
        return partial(self._clock.deadly, getattr(self._connection, name))


def begin(at: int) -> None:
    """From now on this process dies at that tick."""
    clock, connect = Clock(at), duck.connect
    duck.connect = lambda *args, **kwargs: Deadly(connect(*args, **kwargs), clock)
    for name in ("unlink", "replace"):
        really = getattr(Path, name)
        setattr(Path, name, lambda *args, really=really, **kwargs: clock.deadly(really, *args, **kwargs))


def main(folder: Path) -> None:
    source, begun, home = folder / "a.csv", folder / "begun", folder / "home"
    source.write_text(LINES)
    forked(lambda: Books(load_settings(home=begun, max_refused_share=1, threads=1)).take(source))
    books = Books(load_settings(home=home, max_refused_share=1, threads=1))

    def maintain(at: int) -> None:
        duck.is_mostly_free = lambda connection: True
        begin(at)
        books.let_go()
        compact(books.settings)

    def tell() -> None:
        told, ((batch, is_purged),) = (
            audit(books.settings),
            books.ask("select batch_id, purged_at is not null from ops.batches"),
        )
        assert [line for line in told if LET_GO not in line] == [], told
        assert len(books.waiting()) == (0 if is_purged else 1)
        assert len(books.events()) == 1
        assert read_manifest(Lake.of(books.settings), batch, books.settings.reporting_timezone) is not None
        print("after" if is_purged else "before")
        books.let_go()
        books.check()
        assert books.waiting() == []

    at, is_killed = 0, True
    while is_killed:
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(begun, home)
        is_killed = bool(forked(partial(maintain, at)))
        forked(tell)
        at += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""A run on an inbox, killed by SIGKILL at the first call of the warehouse's driver, at the second, and so on.

Run as a script with a folder. After each death it prints whether the inbox's file is in no batch (`before`) or in one
(`after`), and ends with an error where ledger and `raw` differ, or it was loaded twice.
"""

import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import Any

from flows.settings import load_settings
from flows.warehouse import duck
from tests.books import Books
from tests.inbox.drop import Drop, content, damaged
from tests.quarantine.die_at import forked


class Deadly:
    """A connection that kills its process before the call of that number; `left` is shared by all of a process."""

    def __init__(self, connection: Any, left: list[int]) -> None:
        self._connection, self._left = connection, left

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._connection, name)

        def deadly(*args: Any) -> Any:
            if self._left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            self._left[0] -= 1
            return call(*args)

        return deadly


def main(folder: Path) -> None:
    drop = Drop(load_settings(home=folder / "home", inbox="../in", inbox_settle_seconds=0, threads=1))
    drop.put("a.csv", content(1))
    drop.put("copy.csv", content(1))
    drop.put("bad.csv", damaged(1))
    forked(lambda: print(*Books(drop.settings).events(), end=""))  # makes the tables

    def run(at: int) -> None:
        really, left = duck.connect, [at]
        duck.connect = lambda *args, **how: Deadly(really(*args, **how), left)
        drop.run()

    def tell() -> None:
        books = Books(drop.settings)
        books.check()
        loaded = books.ask("select count(*) from ops.files where verdict = 'loaded'")
        assert loaded == books.ask("select count(*) from raw.events") == books.ask("select count(*) from ops.batches")
        assert loaded in ([(0,)], [(1,)]), loaded
        print("after" if loaded == [(1,)] else "before")

    at = 0
    while forked(partial(run, at)):
        forked(tell)
        at += 1
    forked(tell)
    forked(lambda: _require_told(drop))


def _require_told(drop: Drop) -> None:
    verdicts = sorted(fate.verdict for fate in drop.fates(content(1), damaged(1)))
    assert verdicts == ["copy", "loaded", "refused"], verdicts


if __name__ == "__main__":
    main(Path(sys.argv[1]))

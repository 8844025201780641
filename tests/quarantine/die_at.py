"""A correction, killed by SIGKILL at the first call of the warehouse's driver, at the second, and so on.

Run as a script with `replay`, `replace` or `remove` and a folder. After each death the laws of the ledger are checked,
and it prints whether the ledger is as `before` the correction or as `after` it.
"""

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from flows.settings import load_settings
from flows.warehouse import duck
from tests.books import Books
from tests.warehouse.die_at import _deadly

HEADER = "event_id,event_type,event_timestamp,user_id\n"
OLD = HEADER + "g1,page_view,2025-11-01T10:00:00Z,u1\nf1,page_view,2026-02-01T10:00:00Z,u1\n"
NEW = HEADER + "g2,page_view,2025-11-01T10:00:00Z,u1\ng3,page_view,2025-11-01T10:00:00Z,u1\n"
EVENTS = {"replay": ["f1", "g1"], "replace": ["g2", "g3"], "remove": []}


def forked(work: Callable[[], None]) -> int:
    """The signal that ended it, 0 where none did; DuckDB's threads do not survive a fork, so nothing is done here."""
    child = os.fork()
    if child == 0:
        work()
        sys.stdout.flush()
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert status in (0, signal.SIGKILL), f"it failed by itself: {status}"
    return status


def main(work: str, folder: Path) -> None:
    books = Books(load_settings(home=folder / "home", max_refused_share=1, threads=1))
    old, new = folder / "old.csv", folder / "new.csv"
    old.write_text(OLD)
    new.write_text(NEW)
    named = folder / "batch"
    forked(lambda: print(books.take(old), file=named.open("w")))
    batch_id = named.read_text().strip()

    def correct(at: int) -> None:
        duck.connect = partial(_deadly, duck.connect, at)
        if work == "replay":
            books.lenient().replay()
        elif work == "replace":
            books.take(new, replaces=batch_id)
        else:
            books.remove(batch_id)

    def tell() -> None:
        books.check(is_killed=work == "replay")
        found = [event_id for event_id, _ in books.events()]
        assert found in (["g1"], EVENTS[work]), found
        print("before" if found == ["g1"] else "after")

    at = 0
    while forked(partial(correct, at)):
        forked(tell)
        at += 1
    forked(tell)
    forked(books.check)  # whoever goes on has taken away what was left


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

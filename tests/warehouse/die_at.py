"""Make a warehouse, load a batch, damage raw and plan a backfill, reload it: each killed by SIGKILL at the first call
of the driver, at the second, and so on.

Run as a script with a home and a pickled Validated: every attempt is a fork that dies one tick later than the last (a
tick is before or after a call of the connection), until one survives. Prints how many died, and what the load told.
"""

import os
import pickle
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from flows import load
from flows.lake import Lake
from flows.settings import load_settings
from flows.warehouse import duck, open_warehouse


class Deadly:
    """A connection that kills its process at one of its calls: `at` counts the calls and both sides of each."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, at: int) -> None:
        self._connection, self._left = connection, at

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._connection, name)

        def deadly(*args: Any) -> Any:
            self._tick()
            answer = call(*args)
            self._tick()
            return answer

        return deadly

    def _tick(self) -> None:
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1


def _deadly(really: Any, at: int, *args: Any, **kwargs: Any) -> Any:
    return Deadly(really(*args, **kwargs), at)


def survive(work: Callable[[], None]) -> int:
    """How often `work` died until it came through, killed one tick later each time."""
    really, died = duck.connect, 0
    while True:
        child = os.fork()
        if child == 0:
            duck.connect = partial(_deadly, really, died)
            work()
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        if status == 0:
            return died
        assert os.WTERMSIG(status) == signal.SIGKILL, f"an attempt failed by itself: {status}"
        died += 1


def main(home: str, pickled: str) -> None:
    settings, validated = load_settings(home=home), pickle.loads(Path(pickled).read_bytes())
    lake = Lake(settings.lake_folder)

    def make() -> None:
        with open_warehouse(settings):
            pass

    def take() -> None:
        print("is_new", load.load(validated, settings).is_new, flush=True)

    def damage() -> None:
        with open_warehouse(settings) as warehouse:
            warehouse.query("delete from raw.events where event_id in ('e1', 'e2')")
            warehouse.query("update raw.events set event_id = 'x' where event_id = 'e3'")
            if not warehouse.pending("models").chunks:
                warehouse.begin_backfill(warehouse.plan_backfill(lake, None, None, 1), datetime.now(UTC))

    def reload() -> None:
        with open_warehouse(settings) as warehouse:
            for chunk in warehouse.pending("models").chunks:
                if not chunk.is_reloaded:
                    warehouse.reload(chunk, lake, datetime.now(UTC))

    print("making", survive(make), flush=True)
    print("loading", survive(take), flush=True)
    print("damaging", survive(damage), flush=True)
    print("reloading", survive(reload), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

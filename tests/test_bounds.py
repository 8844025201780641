"""A step ends when its time is over, and with a signal, whatever those at work make of either."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import duckdb
import pytest

from flows.bounds import bounded
from flows.errors import StepTooLong
from flows.settings import Settings
from flows.transform import transform
from flows.warehouse import open_warehouse

SOON = 0.2 / 60
ENDLESS = "copy (from range(1_000_000_000_000)) to '/dev/null' (format csv)"

# DuckDB locks the file that it writes, this one too: two workers at it would be in each other's way. So the tests here
# are on the worker of those whose deployments write to it (tests/deployed/stalled.py).
pytestmark = pytest.mark.xdist_group("deployed")


class Told(BaseException):
    """What a handler of signals raises, as Prefect's does."""


def tell(number: int, frame: FrameType | None) -> None:
    raise Told


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    before = signal.signal(signal.SIGTERM, tell)
    yield
    signal.signal(signal.SIGTERM, before)
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0), "no alarm is left behind"
    assert signal.set_wakeup_fd(-1) == -1


def endless() -> None:
    duckdb.connect().execute(ENDLESS)


def swallowing() -> None:
    try:
        endless()
    except BaseException:
        return


@pytest.mark.parametrize("work", [endless, swallowing, signal.pause])
def test_its_time_is_over(work: Callable[[], Any]) -> None:
    with pytest.raises(StepTooLong, match=r"^load took longer than SHOPFLOW_STEP_TIMEOUT_MINUTES \(0.00333333\)"):  # noqa: SIM117
        with bounded("load", SOON):
            work()


@pytest.mark.parametrize("work", [endless, swallowing, signal.pause])
def test_a_signal_comes(work: Callable[[], Any]) -> None:
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
    with pytest.raises(Told), bounded("load", 60):
        work()


def test_prefects_own_handler_stays_in_its_place() -> None:
    with bounded("load", 60):
        assert signal.getsignal(signal.SIGTERM) is tell, "or Prefect would take a cancelled run for a crashed one"


def test_errors_and_results_pass() -> None:
    with pytest.raises(ValueError, match="mine"), bounded("load", 60):
        raise ValueError("mine")
    with bounded("load", 60):
        pass


def test_another_thread_is_not_bounded() -> None:
    done = []

    def work() -> None:
        with bounded("load", SOON / 100):
            done.append(signal.getitimer(signal.ITIMER_REAL))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [(0, 0)]


@pytest.mark.slow
@pytest.mark.parametrize(("sign", "error"), [(signal.SIGALRM, StepTooLong), (signal.SIGTERM, Told)])
def test_dbt_ends_in_the_middle_of_a_model_with_its_threads_and_lets_the_warehouse_go(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, sign: signal.Signals, error: type[BaseException]
) -> None:
    with open_warehouse(settings):
        pass
    from dbt.adapters.sql import SQLConnectionManager

    add_query, threads = SQLConnectionManager.add_query, threading.active_count()

    def stand(self: Any, sql: str, *args: Any, **kwargs: Any) -> Any:
        if "stg_events" in sql and "create" in sql:
            threading.Timer(0.2, os.kill, (os.getpid(), sign)).start()
            sql = ENDLESS
        return add_query(self, sql, *args, **kwargs)

    monkeypatch.setattr(SQLConnectionManager, "add_query", stand)
    with pytest.raises(error), bounded("transform", 60):
        transform(settings)
    assert threading.active_count() == threads
    script = f"import duckdb; duckdb.connect({str(settings.warehouse_path)!r}).execute('select 1')"
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0, "no lock is held"

"""Runs that die with their worker, and runs that are cancelled: what the server shows, and what the next run does.

SHOPFLOW_TEST_RECOVERY=all kills at every step; else in the middle of one.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pytest

from flows.duties.lifeless import LOOK_COUNTS_SECONDS, Lifeless, last_beat
from flows.lock import holder
from flows.server.companions import WORKER
from flows.settings import Settings, load_settings
from tests.deployed.conftest import Shop, until
from tests.kill.state import require_equal, state_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("deployed")]

EVERY_STEP = ("land", "validate", "judge", "load", "transform", "model", "publish")
KILLED_AT = EVERY_STEP if os.environ.get("SHOPFLOW_TEST_RECOVERY") == "all" else ("model",)


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def _the_shops_server(shop: Shop) -> Iterator[None]:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: shop.api_url}):
        yield


@pytest.fixture
def homes(shop: Shop, tmp_path: Path) -> tuple[Settings, Settings]:
    """Two empty homes: for the run that something happens to, and for one that is left in peace."""
    zone = shop.settings.reporting_timezone
    first, second = (load_settings(home=tmp_path / name, reporting_timezone=zone) for name in ("first", "second"))
    return first, second


def ask_for(shop: Shop, home: Settings, files: Path, deployment: str, *stalled: str) -> UUID:
    """Ask for a run in a home that stands still at these steps."""
    given = dict(shop.client.read_deployment_by_name(deployment).job_variables)
    given["env"] = {**given["env"], "SHOPFLOW_HOME": str(home.home)}
    if stalled:
        marks = home.home.with_name(f"{home.home.name}-stood")
        marks.mkdir(exist_ok=True)
        given["command"] = f"{sys.executable} -m tests.deployed.stalled {marks} {' '.join(stalled)}"
    return shop.ask_for(deployment, given, source=[str(files)])


def stood_at(home: Settings, step: str) -> None:
    until((home.home.with_name(f"{home.home.name}-stood") / step).exists)


def kill_worker_and_run(shop: Shop) -> None:
    """As the machine's end does it: none of them says a word."""
    os.killpg(json.loads(WORKER.note(shop.settings.prefect_home).read_text())["pid"], signal.SIGKILL)


def slots(shop: Shop, deployment: str) -> int:
    limit = shop.client.read_deployment_by_name(deployment).global_concurrency_limit
    assert limit is not None
    return shop.client.read_global_concurrency_limit_by_name(limit.name).active_slots


def press_retry(shop: Shop, run: UUID) -> None:
    """The UI's button."""
    from prefect.states import AwaitingRetry

    shop.client.set_flow_run_state(run, AwaitingRetry(), force=True)


def receipts(home: Settings, step: str) -> list[Any]:
    with duckdb.connect(str(home.warehouse_path), read_only=True) as warehouse:
        return warehouse.execute(
            "select verdict, rows_out from ops.receipts where step = ? order by started_at", [step]
        ).fetchall()


def accepted(home: Settings) -> dict[str, int]:
    """When the files of accepted rows were written."""
    return {path.name: path.stat().st_mtime_ns for path in (home.lake_folder / "accepted").rglob("*.parquet")}


def test_a_run_that_died_with_its_worker_is_crashed_and_carried_on_by_the_retry_button(
    shop: Shop, files: Path, homes: tuple[Settings, Settings]
) -> None:
    home, in_peace = homes
    unkilled = ask_for(shop, in_peace, files, "pipeline/demo")
    run, written, beats = ask_for(shop, home, files, "pipeline/daily", *KILLED_AT), None, []
    for step in KILLED_AT:
        stood_at(home, step)
        beats.append(until(lambda: beat if (beat := last_beat(shop.client, run)) not in [None, *beats] else None))
        clock = Clock()
        watchers = [Lifeless(clock), Lifeless(clock)]
        shop.ended(unkilled)  # before its worker is killed
        if step not in ("land", "validate"):
            written = written or accepted(home)
        assert [line for watcher in watchers for line in watcher.look()] == []
        kill_worker_and_run(shop)
        told = list[str]()
        while not told and clock.now < 600:
            clock.now += LOOK_COUNTS_SECONDS / 2
            told = [line for watcher in watchers for line in watcher.look()]
        assert clock.now >= 90, "three beats"
        assert [str(run) in line for line in told] == [True], "the second watcher finds nothing left to do"
        state = shop.client.read_flow_run(run).state
        assert state is not None
        assert state.name == "Crashed"
        assert state.message.startswith("no sign of life since ")
        assert slots(shop, "pipeline/daily") == 0
        shop.call("deploy")  # starts the worker again
        press_retry(shop, run)
    assert shop.ended(run).state.is_completed()
    require_equal(state_of(home), state_of(in_peace))
    assert accepted(home) == written, "validated batches are not validated again"
    assert receipts(home, "load") == [("ok", 0)], "the last attempt found the batch loaded; the others left no receipt"


def test_cancelling_stops_dbt_and_leaves_no_process_and_no_lock(
    shop: Shop, files: Path, homes: tuple[Settings, Settings]
) -> None:
    from prefect.states import Cancelling

    home, _ = homes
    run = ask_for(shop, home, files, "pipeline/daily", "model")
    stood_at(home, "model")
    shop.client.set_flow_run_state(run, Cancelling())
    assert shop.ended(run).state.name == "Cancelled"
    assert holder(home) is None
    (verdict, _), *_ = receipts(home, "transform")  # the file is free to be opened, and the receipt is stored
    assert verdict == "failed"
    assert slots(shop, "pipeline/daily") == 0
    following = ask_for(shop, home, files, "pipeline/daily")
    assert shop.ended(following).state.is_completed()
    assert [rows for _, rows in receipts(home, "load")][1:] == [0], "what was loaded is not loaded again"
    state_of(home)

"""Runs of deployments, as a worker makes them: by schedule, by command, two at once, on both targets, and the end."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import duckdb
import pytest

from tests.deployed.conftest import Shop, until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("deployed")]


PREFECT = (sys.executable, "-m", "prefect")


@pytest.fixture
def often(shop: Shop, files: Path) -> Iterator[str]:
    """The id of the demo's deployment, with a schedule that fires every few seconds until the test is over."""
    from prefect.client.schemas.schedules import IntervalSchedule

    demo = shop.client.read_deployment_by_name("pipeline/demo")
    rule = IntervalSchedule(interval=20, anchor_date=datetime.now(UTC) + timedelta(seconds=8))
    (made,) = shop.client.create_deployment_schedules(demo.id, [(rule, False)])
    shop.client.update_deployment_schedule(
        demo.id, made.id, active=True, parameters={"source": [str(files)]}, max_scheduled_runs=1
    )
    yield str(demo.id)
    shop.client.delete_deployment_schedule(demo.id, made.id)
    for run in shop.client.read_flow_runs():
        if str(run.deployment_id) == str(demo.id) and run.state and run.state.is_scheduled():
            shop.client.delete_flow_run(run.id)


def loaded(home: Path) -> int:
    """Rows of events in a home's warehouse."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as warehouse:
        return warehouse.execute("select count(*) from raw.events").fetchall()[0][0]


def test_a_scheduled_run_begins_by_itself_and_loads_in_its_own_home(shop: Shop, often: str) -> None:
    def finished() -> list[str]:
        runs = [run for run in shop.client.read_flow_runs() if str(run.deployment_id) == often]
        return [run.name for run in runs if run.auto_scheduled and run.state and run.state.is_completed()]

    assert until(finished)
    assert loaded(shop.settings.home / "demo_home") > 0
    assert not shop.settings.warehouse_path.exists()


def test_a_run_by_prefects_own_command_and_a_second_one_which_is_cancelled_where_one_is_enough(
    shop: Shop, files: Path
) -> None:
    command = [*PREFECT, "deployment", "run", "pipeline/daily", "--param", f'source=["{files}"]']
    environment = shop.environment | {"PREFECT_API_URL": shop.api_url, "NO_PROXY": "127.0.0.1"}
    asked = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) for _ in range(2)]
    told = [process.communicate(timeout=60)[0].decode() for process in asked]
    runs = [UUID(match[1]) for text in told if (match := re.search(r"UUID: (\S+)", text))]
    states = sorted(str(shop.ended(run).state.name) for run in runs)
    assert states[0] == "Cancelled", told
    assert states[1] in ("Completed", "Degraded"), told
    assert loaded(shop.settings.home) > 0


def test_of_two_runs_at_once_the_second_comes_later_where_each_is_other_work(shop: Shop, files: Path) -> None:
    if not shop.settings.warehouse_path.exists():
        shop.ended(shop.ask_for("pipeline/daily", source=[str(files)]))
    runs = [shop.ask_for("backfill/backfill", first=day, last=day) for day in ("2025-11-02", "2025-11-03")]
    ends = [shop.ended(run).state for run in runs]
    assert [end.name for end in ends] == ["Completed"] * 2, [end.message for end in ends]
    waited = ["AwaitingConcurrencySlot" in shop.states(run) for run in runs]
    assert sorted(waited) == [False, True]


def test_stop_ends_a_run_that_says_so_and_leaves_no_process(shop: Shop) -> None:
    run = shop.ask_for("refresh/full-refresh")
    until(lambda: "Running" in shop.states(run))
    assert len(processes(shop)) >= 3, "server, worker and run"
    try:
        assert shop.call("stop").splitlines() == [
            f"the {name} has ended" for name in ("watcher", "worker", "Prefect server")
        ]
        assert processes(shop) == []
    finally:
        shop.call("deploy")
    assert shop.client.read_flow_run(run).state.name == "Crashed"


def processes(shop: Shop) -> list[int]:
    """Every process that has the shop's home among its words or in its environment, but for those of the tests."""
    mark, found = os.fsencode(shop.settings.home), []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:
            continue
        if mark in told and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found

"""Killed while several batches are at work, a run leaves a home from which the next one ends as an unkilled one does.

The late batch of the other tests comes as four files here, of which each is a batch. Whether threads of the run or
processes of a Dask cluster were at work, and whatever they had done: no process of them is left, and no file.
"""

from __future__ import annotations

import csv
import os
import signal
from importlib.util import find_spec
from pathlib import Path

import pytest

from flows.settings import Settings
from tests.kill.conftest import Start, World, copy_of, require_ended_well, telling
from tests.kill.state import State, require_equal, seen_by_readers, state_of

pytestmark = pytest.mark.slow

BATCHES = {"SHOPFLOW_BATCH_GIGABYTES": "1e-9"}
THREADS = {**BATCHES, "SHOPFLOW_WORKERS": "2"}
DASK = {**THREADS, "SHOPFLOW_DASK": "local"}
# Each of the first time that it comes: meanwhile another batch is in the middle of its work.
MOMENTS = ["before validate", "rename lake/accepted/events", "rename lake/batches", "after validate", "after load"]
OF_DASK = ["before validate", "after validate"]


@pytest.fixture(scope="module")
def files(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The late batch's files, its events in two halves."""
    folder = tmp_path_factory.mktemp("late")
    for path in world.late.iterdir():
        with path.open(newline="") as file:
            header, *rows = csv.reader(file)
        parts = [rows] if path.stem != "events" else [rows[::2], rows[1::2]]
        for number, part in enumerate(parts):
            with (folder / f"{path.stem}-{number}.csv").open("w", newline="") as file:
                csv.writer(file).writerows([header, *part])
    return folder


@pytest.fixture(scope="module")
def unkilled(world: World, files: Path, start: Start, tmp_path_factory: pytest.TempPathFactory) -> State:
    home = copy_of(world.base, tmp_path_factory.mktemp("unkilled") / "home")
    require_ended_well(start(home, files, settings=BATCHES))
    state = state_of(home)
    assert len(state.ledger) == len(world.before.ledger) + 4
    # The very marts of one batch: only what was refused and folded within a batch is told batch by batch.
    assert state.published == world.after.published
    return state


def test_killed_by_a_signal_to_all(world: World, home: Settings, files: Path, start: Start, unkilled: State) -> None:
    kills: list[str] = []
    with telling(kills):
        for moment in MOMENTS:
            kills.append(moment)
            run = start(home, files, settings=THREADS, die_at=moment)
            assert run.end() == -signal.SIGKILL, run.said
            assert seen_by_readers(home) in (world.before.published, unkilled.published)
        require_ended_well(start(home, files, settings=BATCHES))
        require_equal(state_of(home), unkilled)


@pytest.mark.skipif(not find_spec("prefect_dask"), reason="the extra dask is not installed")
@pytest.mark.parametrize("moment", OF_DASK)
def test_dask_workers_end_with_the_run_that_alone_was_killed(
    moment: str, world: World, home: Settings, files: Path, start: Start, unkilled: State
) -> None:
    run = start(home, files, settings=DASK)
    run.until(moment)
    os.kill(run.pid, signal.SIGKILL)
    assert run.end() == -signal.SIGKILL, run.said
    assert seen_by_readers(home) == world.before.published
    require_ended_well(start(home, files, settings=BATCHES))
    require_equal(state_of(home), unkilled)

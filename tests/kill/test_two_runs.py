"""Two runs at once: one works, the other waits and then goes on, whatever became of the first one."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from flows.settings import Settings, load_settings
from tests.kill.conftest import COPIES, Start, World, require_ended_well
from tests.kill.state import require_equal, seen_by_readers, state_of

pytestmark = pytest.mark.slow


def test_of_the_same_batch(world: World, home: Settings, start: Start) -> None:
    for run in [start(home, world.late) for _ in range(2)]:
        require_ended_well(run)
    require_equal(state_of(home), world.after)


def test_of_two_batches_in_a_home_that_is_not_there_yet(world: World, start: Start, tmp_path: Path) -> None:
    home = load_settings(home=tmp_path / "home", serving_copies=COPIES)
    for run in [start(home, source) for source in world.sources]:
        require_ended_well(run)
    require_equal(state_of(home), world.before)


@pytest.mark.parametrize("moment", ["before load", "rename serving/current.duckdb"])
def test_of_which_the_first_one_is_killed_while_the_second_one_waits(
    moment: str, world: World, home: Settings, start: Start
) -> None:
    first = start(home, world.late, stop_at=moment)
    first.until(moment)
    second = start(home, world.late)
    second.until("waits")
    assert seen_by_readers(home) == world.before.published
    first.kill()
    assert first.end() == -signal.SIGKILL
    require_ended_well(second)
    # A note about the killed run is left for the next one that begins, which finds nothing new.
    require_ended_well(start(home, world.late))
    require_equal(state_of(home), world.after)


def test_of_which_the_first_one_stands_still_for_a_while(world: World, home: Settings, start: Start) -> None:
    first = start(home, world.late, stop_at="node 20")
    first.until("node 20")
    second = start(home, world.late)
    second.until("waits")
    first.go_on()
    for run in (first, second):
        require_ended_well(run)
    require_equal(state_of(home), world.after)

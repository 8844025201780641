"""Killed at any instant, a run leaves a home from which the next one ends in the same marts, and no stray file.

How the instants are drawn: an unkilled run's seconds, from the beginning of its first step to the end of its process,
are cut into as many parts as there are kills, and a seeded generator draws one instant of each part. So long steps,
such as transform, are hit more often than short ones; those have their boundaries' own tests. The draws are the same
in every session, but what a run does at that instant is not, for its speed varies. A run that had ended by then was
not killed: an instant before that one is drawn for another. The start-up, where a run only imports, is left out, but
for the plain command, whose instants are drawn over all its seconds.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Protocol

import pytest

from flows.settings import Settings
from tests.kill.conftest import FIRST, Start, World, copy_of, require_mended
from tests.kill.runs import Run, command
from tests.kill.state import require_equal, seen_by_readers, state_of

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("SHOPFLOW_TEST_KILLS", "40"))
KILLS_TWICE, KILLS_OF_THE_COMMAND = 6, 4


class Kill(Protocol):
    """Kill a run of the late batch in a copy of a home, at an instant of a part of so many seconds."""

    def __call__(self, home: Settings, name: str, part: int, parts: int, seconds: float) -> tuple[Settings, Run]: ...


@pytest.fixture
def kill(world: World, start: Start, tmp_path: Path, record_property: Callable[[str, object], None]) -> Kill:
    def kill(home: Settings, name: str, part: int, parts: int, seconds: float) -> tuple[Settings, Run]:
        chance = Random(f"{name} {part}")
        instant = seconds * (part + chance.random()) / parts
        for attempt in range(20):
            copy = copy_of(home, tmp_path / f"{name}-{attempt}")
            run = start(copy, world.late)
            run.until(FIRST)
            if run.killed_after(instant):
                record_property(name, f"{instant:.3f} s, {run.heard[-1]}")
                return copy, run
            instant *= chance.random()
        raise AssertionError(f"every run had ended before: {run.said}")

    return kill


@pytest.mark.parametrize("part", range(KILLS))
def test_killed_once(part: int, world: World, start: Start, kill: Kill) -> None:
    home, run = kill(world.base, "once", part, KILLS, world.seconds)
    require_mended(world, home, start, run)


@pytest.mark.parametrize("part", range(KILLS_TWICE))
def test_killed_twice_the_second_time_while_it_mends(part: int, world: World, start: Start, kill: Kill) -> None:
    home, _ = kill(world.base, "first", part, KILLS_TWICE, world.seconds)
    home, run = kill(home, "second", part * 5 % KILLS_TWICE, KILLS_TWICE, world.seconds)
    require_mended(world, home, start, run)


@pytest.mark.xdist_group("kills of the plain command")
class TestCommand:
    """`python -m flows run` in a process that nobody has prepared, killed anywhere, also while it starts."""

    @pytest.fixture(scope="class")
    def seconds(self, world: World, environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> float:
        """What an unkilled one takes."""
        home, began = copy_of(world.base, tmp_path_factory.mktemp("unkilled") / "home"), time.monotonic()
        assert command(home, world.late, environment) == 0
        require_equal(state_of(home), world.after)
        return time.monotonic() - began

    @pytest.mark.parametrize("part", range(KILLS_OF_THE_COMMAND))
    def test_killed(self, part: int, world: World, tmp_path: Path, environment: dict[str, str], seconds: float) -> None:
        chance = Random(part)
        instant = seconds * (part + chance.random()) / KILLS_OF_THE_COMMAND
        while True:
            home = copy_of(world.base, tmp_path / f"home-{instant}")
            if command(home, world.late, environment, killed_after=instant) < 0:
                break
            instant *= chance.random()
        assert seen_by_readers(home) in (world.before.published, world.after.published)
        assert command(home, world.late, environment) == 0
        require_equal(state_of(home), world.after)

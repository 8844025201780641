"""Killed at any instant, runs leave a home from which the next one ends in the same marts, and no stray file.

Every chain kills a run, then the one that goes on from there, and so on; then one run mends it all. How the instants
are drawn: an unkilled run's seconds, from the beginning of its first step to the end of its process, are cut into as
many parts as there are kills, and a seeded generator draws one instant of each part. A chain has one of each quarter,
in any order. So long steps, such as transform, are hit more often than short ones; those have their boundaries' own
tests. The draws are the same in every session, but what a run does at that instant is not, for its speed varies: a
failure tells after which moment each run died, as `die_at` takes it. A run that had ended by then was not killed: an
instant before that one is drawn for another. The start-up, where a run only imports, is left out, but for the plain
command, whose instants are drawn over all its seconds.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from flows.settings import Settings
from tests.kill.conftest import FIRST, Start, World, copy_of, require_killed, require_mended, telling
from tests.kill.runs import Run, command
from tests.kill.state import require_equal, seen_by_readers, state_of

pytestmark = pytest.mark.slow

KILLS_OF_A_CHAIN = 4
CHAINS = int(os.environ.get("SHOPFLOW_TEST_KILLS", "52")) // KILLS_OF_A_CHAIN
KILLS_OF_THE_COMMAND = 2


def killed(home: Settings, world: World, start: Start, instant: float, chance: Random) -> tuple[Settings, Run, float]:
    """A copy of `home`, a run of the late batch that was killed in it, and when: at the instant, or else before."""
    for attempt in range(20):
        copy = copy_of(home, home.home.with_name(f"{home.home.name}-{attempt}"))
        run = start(copy, world.late)
        run.until(FIRST)
        if run.killed_after(instant):
            return copy, run, instant
        instant *= chance.random()
    raise AssertionError(f"every run had ended before: {run.said}")


@pytest.mark.parametrize("chain", range(CHAINS))
def test_killed(
    chain: int, world: World, home: Settings, start: Start, record_property: Callable[[str, object], None]
) -> None:
    chance, kills = Random(chain), list[str]()
    quarters = chance.sample(range(KILLS_OF_A_CHAIN), KILLS_OF_A_CHAIN)
    with telling(kills):
        for quarter in quarters:
            part = quarter * CHAINS + chain
            drawn = world.seconds * (part + chance.random()) / (KILLS_OF_A_CHAIN * CHAINS)
            home, run, instant = killed(home, world, start, drawn, chance)
            kills.append(f"{instant:.3f} s, {run.heard[-1]}")
            require_killed(world, home, run)
        require_mended(world, home, start)
    record_property("killed", kills)


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

"""Killed at boundaries, runs leave a home from which the next one ends in the same marts, and no stray file.

Every chain kills a run at a moment, the one that goes on from there at a later one, and so on; then one run mends it
all. The moments of a chain lie in different steps, so what one kill leaves is not what the next one leaves.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from flows.settings import Settings
from tests.kill.conftest import FIRST, Start, World, require_killed, require_mended, telling

pytestmark = pytest.mark.slow

# In the order of a run. Moments between which nothing is done, such as the end of a step and the beginning of the next
# one, are here once.
MOMENTS = [
    "begin",
    FIRST,
    "after land",
    "rename lake/quarantine/events",
    "rename lake/accepted/events",
    "rename lake/accepted/products",
    "rename lake/batches",
    "rmdir lake/.staging/tmp*",
    "after validate",
    "rmdir .judge-*",
    "after judge",
    "after load",
    "node 1",
    "node 14",
    "node 27",
    "node 40",
    "node 53",
    "after transform",
    "rename serving/.draft-marts",
    "rename serving/marts",
    "symlink serving/.draft-current.duckdb",
    "rename serving/current.duckdb",
    "rename serving/.spare-marts",
    "before mark_built",
    "after mark_built",
    "after publish",
    "after run",
]
CHAINS = 7


def kill_at(moments: Sequence[str], world: World, home: Settings, start: Start, options: Sequence[str] = ()) -> None:
    kills: list[str] = []
    with telling(kills):
        for moment in moments:
            kills.append(moment)
            require_killed(world, home, start(home, world.late, die_at=moment, options=options))
        require_mended(world, home, start)


@pytest.mark.parametrize("chain", range(CHAINS))
def test_killed_before_or_after_a_step_a_file_or_a_model(
    chain: int, world: World, home: Settings, start: Start
) -> None:
    kill_at(MOMENTS[chain::CHAINS], world, home, start)


def test_killed_in_a_whole_build(world: World, home: Settings, start: Start) -> None:
    kill_at(["node 15", "after transform"], world, home, start, options=["--full-refresh"])

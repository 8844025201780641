"""Killed at a boundary, a run leaves a home from which the next one ends in the same marts, and no stray file."""

from __future__ import annotations

import pytest

from flows.settings import Settings
from tests.kill.conftest import Start, World, require_mended

pytestmark = pytest.mark.slow

STEPS = ["land", "validate", "judge", "load", "transform", "publish"]
# What is done to the files of the home, in its order: each moment is before it, and after the one above.
FILES = [
    "rename lake/quarantine/events",
    "rename lake/accepted/events",
    "rename lake/accepted/products",
    "rename lake/batches",
    "rmdir lake/.staging/tmp*",
    "rmdir .judge-*",
    "rename serving/.draft-marts",
    "rename serving/marts",
    "symlink serving/.draft-current.duckdb",
    "rename serving/current.duckdb",
    "rename serving/.spare-marts",
    "before mark_built",
    "after mark_built",
]


@pytest.mark.parametrize("moment", ["begin", *(f"{side} {step}" for step in STEPS for side in ("before", "after"))])
def test_killed_before_or_after_a_step(moment: str, world: World, home: Settings, start: Start) -> None:
    require_mended(world, home, start, start(home, world.late, die_at=moment))


@pytest.mark.parametrize("moment", FILES)
def test_killed_before_a_file_is_put_into_its_place_or_taken_away(
    moment: str, world: World, home: Settings, start: Start
) -> None:
    require_mended(world, home, start, start(home, world.late, die_at=moment))


@pytest.mark.parametrize("node", range(1, 64, 13))
def test_killed_between_models(node: int, world: World, home: Settings, start: Start) -> None:
    require_mended(world, home, start, start(home, world.late, die_at=f"node {node}"))


@pytest.mark.parametrize("moment", ["node 15", "after transform"])
def test_killed_in_a_whole_build(moment: str, world: World, home: Settings, start: Start) -> None:
    run = start(home, world.late, options=["--full-refresh"], die_at=moment)
    require_mended(world, home, start, run)


def test_killed_at_its_very_end(world: World, home: Settings, start: Start) -> None:
    require_mended(world, home, start, start(home, world.late, die_at="after run"))

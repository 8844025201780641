"""Killed in a home that was empty, a run leaves one from which the next one ends as if nothing had been."""

from __future__ import annotations

import signal
from functools import partial

import pytest

from flows import serving
from flows.settings import Settings, load_settings
from tests.kill.conftest import COPIES, Start, require_ended_well, telling
from tests.kill.state import State, require_equal, seen_by_readers, state_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kills of a first run")]


def small_demo() -> None:
    """The demo shop with fewer events, for the time that it takes."""
    from flows import generate

    generate.generate = partial(generate.generate, events=300, days=3)


@pytest.fixture(scope="module")
def after(start: Start, tmp_path_factory: pytest.TempPathFactory) -> State:
    home = load_settings(home=tmp_path_factory.mktemp("demo") / "home", serving_copies=COPIES)
    require_ended_well(start(home, faults=[small_demo]))
    return state_of(home)


@pytest.mark.parametrize(
    "moments",
    [
        ["before generate", "after load", "rename serving/current.duckdb", "after run"],
        ["rename demo", "after generate", "node 30", "before mark_built"],
    ],
)
def test_killed(moments: list[str], after: State, start: Start, settings: Settings) -> None:
    home = load_settings(home=settings.home, serving_copies=COPIES)
    kills: list[str] = []
    with telling(kills):
        for moment in moments:
            kills.append(moment)
            run = start(home, die_at=moment, faults=[small_demo])
            assert run.end() == -signal.SIGKILL, run.said
            if serving.current(home):
                assert seen_by_readers(home) == after.published
        require_ended_well(start(home, faults=[small_demo]))
        require_equal(state_of(home), after)

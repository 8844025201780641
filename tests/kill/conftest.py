"""A home with two published batches, a third batch that changes what they told, and what comes of it unkilled."""

from __future__ import annotations

import multiprocessing.forkserver
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from flows.server import Server
from flows.settings import Settings, load_settings
from tests.kill import batches
from tests.kill.runs import FORKS, Run
from tests.kill.state import State, require_equal, seen_by_readers, state_of

FIRST = "before land"
Fault = Callable[[], None]
NOTHING: Mapping[str, str] = {}
COPIES = 1  # so that the third batch's publication has a spare copy to bring up to date


class Start(Protocol):
    """Start a run in a home; `die_at` and `stop_at` are moments of `tests.kill.life`, `faults` are planted in it.
    `settings` are variables of its environment."""

    def __call__(
        self,
        home: Settings,
        *source: Path,
        options: Sequence[str] = (),
        die_at: str = "",
        stop_at: str = "",
        faults: Sequence[Fault] = (),
        settings: Mapping[str, str] = NOTHING,
    ) -> Run: ...


@dataclass(frozen=True)
class World:
    """`base` is a home with two batches, `before` its state, `late` a third one's files, `after` the state that a run
    makes of them, and `seconds` what it takes for that from its first step on."""

    base: Settings
    sources: tuple[Path, Path]
    before: State
    late: Path
    after: State
    seconds: float


@pytest.fixture(scope="session")
def environment(prefect_server: Server) -> dict[str, str]:
    """What the runs find in their environment, but for the home."""
    return {**prefect_server.environment(), "PREFECT_API_URL": prefect_server.api_url, "COLUMNS": "200"} | {
        "SHOPFLOW_SERVING_COPIES": str(COPIES)
    }


@pytest.fixture(scope="session")
def start(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts runs; none of them outlives the tests."""
    logs, started = tmp_path_factory.mktemp("logs"), []
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            if name.startswith("PREFECT_"):
                patch.setenv(name, value)  # Prefect reads them when it is imported
        FORKS.set_forkserver_preload(["tests.kill.preload"])
        multiprocessing.forkserver.ensure_running()

    def start(
        home: Settings,
        *source: Path,
        options: Sequence[str] = (),
        die_at: str = "",
        stop_at: str = "",
        faults: Sequence[Fault] = (),
        settings: Mapping[str, str] = NOTHING,
    ) -> Run:
        arguments = ["run", *(word for path in source for word in ("--source", str(path))), *options]
        ends = {die_at: signal.SIGKILL, stop_at: signal.SIGSTOP}
        run = Run(
            arguments,
            {**environment, **settings, "SHOPFLOW_HOME": str(home.home)},
            logs / f"{len(started)}.log",
            ends,
            faults,
        )
        started.append(run)
        return run

    yield start
    for run in started:
        run.kill()


@pytest.fixture(scope="session")
def world(start: Start, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Made once; tests work on copies."""
    folder = tmp_path_factory.mktemp("world")
    first, second, late = batches.make(folder)
    base = load_settings(home=folder / "base", serving_copies=COPIES)
    for source in (first, second):
        require_ended_well(start(base, source))
    before = state_of(base)
    unkilled = copy_of(base, folder / "unkilled")
    run = start(unkilled, late)
    run.until(FIRST)
    began = time.monotonic()
    require_ended_well(run)
    seconds = time.monotonic() - began
    after = state_of(unkilled)
    assert all(before.published[mart] != rows for mart, rows in after.published.items() if mart != "marts.dim_date"), (
        "the third batch should change every mart, or else a run that does nothing would pass"
    )
    return World(base, (first, second), before, late, after, seconds)


@pytest.fixture
def home(world: World, tmp_path: Path) -> Settings:
    """A copy of the home with two batches."""
    return copy_of(world.base, tmp_path / "home")


def copy_of(home: Settings, path: Path) -> Settings:
    shutil.copytree(home.home, path, symlinks=True)
    return load_settings(home=path, serving_copies=COPIES)


def require_ended_well(run: Run) -> None:
    assert run.end() == 0, run.said


def require_killed(world: World, home: Settings, run: Run) -> None:
    """Raise AssertionError unless `run` was killed and readers see one of the two states, whole."""
    assert run.end() == -signal.SIGKILL, f"not killed after {run.heard[-1]}: {run.said}"
    assert seen_by_readers(home) in (world.before.published, world.after.published)


def require_mended(world: World, home: Settings, start: Start, faults: Sequence[Fault] = ()) -> None:
    """Raise AssertionError unless the next run, with `faults` planted in it, ends in the state of an unkilled one."""
    require_ended_well(start(home, world.late, faults=faults))
    require_equal(state_of(home), world.after)


@contextmanager
def telling(kills: list[str]) -> Iterator[None]:
    """A failure in the block tells of `kills`, which grow in it: with these moments it can be had again."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"killed: {'; '.join(kills)}")
        raise

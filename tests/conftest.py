"""Fixtures that every room uses: a home of one's own and the real sample where it lies beside the project."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flows import server
from flows.server import Server
from flows.settings import Settings, load_settings
from flows.story import listening
from tests import ports
from tests.ran import Ear, Ran

PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def _no_outside_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test never sees the SHOPFLOW_ variables of the shell that started it."""
    for name in list(os.environ):
        if name.startswith("SHOPFLOW_") and not name.startswith("SHOPFLOW_TEST_"):
            monkeypatch.delenv(name)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with an empty home below `tmp_path`."""
    return load_settings(home=tmp_path / "home")


@pytest.fixture(scope="session")
def rees46_sample() -> Path:
    """The first 17,435 lines of the public REES46 data of October 2019, which may not be part of this repository."""
    path = Path(os.environ.get("SHOPFLOW_TEST_REES46", PROJECT.parent / "shared/data/rees46_2019_oct_head.csv"))
    if not path.is_file():
        pytest.skip("the REES46 sample is not here; set SHOPFLOW_TEST_REES46 to the CSV file")
    return path


@pytest.fixture
def free_port() -> int:
    return ports.free_port()


@pytest.fixture(scope="session")
def prefect_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of a Prefect server, made once, for tests to copy: making one takes seconds."""
    from flows.server.process import make_database

    path = tmp_path_factory.mktemp("prefect") / "prefect.db"
    make_database(path)
    return path


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory, prefect_database: Path) -> Iterator[Server]:
    """A real Prefect server on a free port for the whole session.

    Its tests belong to xdist group `prefect`, so that there is one; those of `tests/kill` have one in each worker.
    """
    settings = load_settings(home=tmp_path_factory.mktemp("server"), server_port=ports.free_port())
    settings.prefect_home.mkdir()
    shutil.copy(prefect_database, settings.prefect_home / "prefect.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PREFECT_API_URL", raising=False)
        yield server.wait(server.start(settings))
        server.stop(settings)


@pytest.fixture(scope="session")
def run_flow(prefect_server: Server) -> Iterator[Callable[..., Ran]]:
    """Run a flow in this process, on the home of some settings, against the session's server."""
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker
    from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    def run(flow: Any, settings: Settings, **parameters: Any) -> Ran:
        ear = Ear()
        server = {PREFECT_API_URL: prefect_server.api_url, PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}
        with pytest.MonkeyPatch.context() as patch, listening(ear), temporary_settings(server):
            patch.setenv("SHOPFLOW_HOME", str(settings.home))
            state = flow(**parameters, return_state=True)
        return Ran(state, ear.story)

    yield run
    # Prefect sends events and logs in threads of its own, which must not outlive their server.
    with temporary_settings({PREFECT_API_URL: prefect_server.api_url}):
        EventsWorker.drain_all(timeout=10)
        APILogWorker.drain_all(timeout=10)

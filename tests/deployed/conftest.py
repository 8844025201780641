"""A shop that was deployed from an empty home, once for the session: real server, work pool and worker."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from flows.settings import PROJECT, Settings, load_settings
from tests.ports import free_port

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun

NOWHERE = "http://127.0.0.1:9"  # a proxy that is not there: whoever asks the outside world gets an error
DEADLINE_SECONDS = 180  # a machine with much else to do


@dataclass(frozen=True)
class Shop:
    """A home with what was deployed; `screen` is what the first deploy printed, `client` asks its server."""

    settings: Settings
    environment: dict[str, str]
    screen: str
    client: SyncPrefectClient

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.settings.server_port}/api"

    def call(self, *command: str) -> str:
        """What a shopflow command prints, in the shell of the one who deploys."""
        return called(command, self.environment)

    def ask_for(self, name: str, job_variables: dict[str, Any] | None = None, **parameters: Any) -> UUID:
        """Ask for a run of a deployment now, as the UI's button does."""
        deployment = self.client.read_deployment_by_name(name)
        run = self.client.create_flow_run_from_deployment(
            deployment.id, parameters=parameters, job_variables=job_variables
        )
        return run.id

    def ended(self, run_id: UUID) -> FlowRun:
        """The run, once its state is final."""
        return until(lambda: run if (run := self.client.read_flow_run(run_id)).state.is_final() else None)

    def states(self, run_id: UUID) -> list[str]:
        """The names of the states that a run went through."""
        states = self.client.read_flow_run_states(run_id)
        return [str(state.name) for state in sorted(states, key=lambda state: state.timestamp)]


def until(found: Callable[[], Any]) -> Any:
    """What `found` gives, as soon as that is something. Fails at the deadline."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        time.sleep(0.1)
    raise AssertionError(f"did not come in {DEADLINE_SECONDS} seconds")


def called(command: tuple[str, ...], environment: dict[str, str]) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", "flows", *command], env=environment, cwd=PROJECT, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The shop is in Berlin, and the internet is not there."""
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, temporary_settings

    settings = load_settings(home=tmp_path_factory.mktemp("deployed") / "home", server_port=free_port())
    strange = ("SHOPFLOW_", "PREFECT_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(strange)} | {
        "SHOPFLOW_HOME": str(settings.home),
        "SHOPFLOW_SERVER_PORT": str(settings.server_port),
        "SHOPFLOW_REPORTING_TIMEZONE": "Europe/Berlin",
        "COLUMNS": "200",
        **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), NOWHERE),
    }
    screen = called(("deploy",), environment)
    with temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{settings.server_port}/api"}):
        client = get_client(sync_client=True)
    with client:
        yield Shop(settings, environment, screen, client)
    called(("stop",), environment)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with the files of a small shop."""
    from flows.generate import generate

    folder = tmp_path / "files"
    generate(folder, events=2000, days=5)
    return folder

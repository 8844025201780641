"""`shopflow watch`: marks what a dead process left, a line per fact, and ends at once when it is told to."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from typing import Any

import pytest

from flows.server import Server
from flows.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]


def watching(settings: Settings, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "flows", "watch"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "SHOPFLOW_HOME": str(settings.home), **environment},
    )


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_run_whose_process_was_killed_is_crashed_before_another_one_comes(
    prefect_server: Server, settings: Settings, sign: signal.Signals
) -> None:
    from prefect import flow
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, temporary_settings
    from prefect.states import Running

    with temporary_settings({PREFECT_API_URL: prefect_server.api_url}), get_client(sync_client=True) as client:
        run: Any = client.create_flow_run(flow(lambda: None, name="killed"), state=Running()).id
        settings.prefect_home.mkdir(parents=True)
        (settings.prefect_home / "running-1").write_text(str(run))
        watcher = watching(settings, PREFECT_API_URL=prefect_server.api_url)
        assert watcher.stdout
        told = [watcher.stdout.readline() for _ in range(2)]
        state = client.read_flow_run(run).state
        assert state is not None
        assert state.name == "Crashed"
    watcher.send_signal(sign)
    last, said = watcher.communicate(timeout=30)
    lines = [re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ", "", line) for line in (*told, last)]
    assert lines == [
        f"watching the runs of {prefect_server.ui_url}\n",
        f"flow run {run} has crashed: its process was killed\n",
        "no longer watching\n",
    ]
    assert (watcher.returncode, said) == (0, "")


def test_without_a_server_there_is_nothing_to_watch(settings: Settings) -> None:
    _, said = (watcher := watching(settings)).communicate(timeout=60)
    assert said.startswith("shopflow: no Prefect server runs in this home")
    assert (watcher.returncode, said.count("\n")) == (1, 1)

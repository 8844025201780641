"""Two runs in one home: the second waits for its turn, says so, and gives up where it is told to."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from flows.lock import locked
from flows.server import Server
from flows.settings import Settings
from flows.warehouse import open_warehouse

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]

Started = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def started(prefect_server: Server, settings: Settings, tmp_path: Path) -> Started:
    """`shopflow run` on a small file, in a process of its own, which has just begun."""
    source = tmp_path / "events.csv"
    source.write_text("event_id,event_type,event_timestamp,user_id\ne1,page_view,2025-11-01T10:00:00Z,u1\n")

    def start(**environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "flows", "run", "--source", str(source)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={
                **os.environ,
                "COLUMNS": "200",
                "SHOPFLOW_HOME": str(settings.home),
                "PREFECT_API_URL": prefect_server.api_url,
                **environment,
            },
        )

    return start


def test_a_second_run_waits_for_the_first_one_and_then_does_everything(started: Started, settings: Settings) -> None:
    with ExitStack() as first:
        first.enter_context(locked(settings))
        left = settings.lake_folder / ".staging" / "of the first run"
        left.mkdir(parents=True)
        second = started()
        assert second.stdout is not None
        line = second.stdout.readline()
        assert line.startswith(f"another run (pid {os.getpid()}, since ")
        assert line.endswith(f") holds {settings.home}; waiting\n")
        assert left.exists(), "whoever waits touches nothing"
    shown, said = second.communicate(timeout=120)
    assert (second.returncode, said) == (0, "")
    assert "1 read = 1 accepted" in shown
    assert not left.exists(), "swept away by the next one, as after a kill"
    with open_warehouse(settings, read_only=True) as warehouse:
        assert warehouse.query("select event_id from raw.events") == [{"event_id": "e1"}]


def test_a_run_that_may_not_wait_is_one_sentence_and_touches_nothing(started: Started, settings: Settings) -> None:
    with locked(settings):
        run = started(SHOPFLOW_LOCK_WAIT_SECONDS="0")
        _, said = run.communicate(timeout=120)
    assert run.returncode == 75
    assert said.startswith(f"shopflow: another run (pid {os.getpid()}, since ")
    assert said.count("\n") == 1
    assert sorted(path.name for path in settings.home.iterdir() if path.name not in ("dbt", "prefect")) == ["run.lock"]


@pytest.mark.parametrize(
    ("environment", "code", "sentence"),
    [
        ({"SHOPFLOW_REPORTING_TIMEZONE": "Europe/Berlin"}, 2, "SHOPFLOW_REPORTING_TIMEZONE is Europe/Berlin, but "),
        (
            {"SHOPFLOW_TARGET": "bigquery", "GOOGLE_APPLICATION_CREDENTIALS": "nowhere.json"},
            2,
            "there are no Google credentials here",
        ),
    ],
)
def test_what_the_warehouse_will_refuse_is_refused_before_anything_is_landed(
    started: Started, settings: Settings, environment: dict[str, str], code: int, sentence: str
) -> None:
    with open_warehouse(settings) as warehouse:
        warehouse.query("insert into ops.settings values ('reporting_timezone', 'UTC')")
    run = started(**environment)
    shown, said = run.communicate(timeout=120)
    assert said.startswith(f"shopflow: {sentence}")
    assert (said.count("\n"), run.returncode) == (1, code)
    assert "land" not in shown
    assert not settings.lake_folder.exists()

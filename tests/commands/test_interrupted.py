"""Ctrl-C and SIGTERM end a run with one sentence and the shell's code, also in the middle of a query."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from flows.server import Server
from flows.settings import Settings
from flows.warehouse import open_warehouse

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]

# A step that is in the middle of a query without end once the file that it writes has grown.
ENDLESS = """
import sys
from importlib import import_module
import duckdb
from flows import cli

module, name, work, source, written = sys.argv[1:]

def endless(*_):
    with duckdb.connect() as connection:
        connection.execute(f"copy (from range(1_000_000_000_000)) to '{written}' (format csv)")

def swallowing(*_):  # as soda does
    try:
        endless()
    except Exception:
        return ()

setattr(import_module(module), name, {"endless": endless, "swallowing": swallowing}[work])
sys.argv[1:] = ["run", "--source", source]
cli.main()
"""


@pytest.mark.parametrize(
    ("step", "sign", "code", "sentence"),
    [
        ("flows.validate validate endless", signal.SIGINT, 130, "interrupted; "),
        ("flows.validate validate endless", signal.SIGTERM, 143, "told to end (SIGTERM); "),
        ("flows.contracts judge swallowing", signal.SIGTERM, 143, "told to end (SIGTERM); "),
        ("flows.load load endless", signal.SIGINT, 130, "interrupted; "),
        ("flows.publish publish swallowing", signal.SIGINT, 130, "interrupted; "),
    ],
)
def test_a_signal_in_a_query_ends_the_run_with_one_sentence(
    prefect_server: Server,
    settings: Settings,
    tmp_path: Path,
    step: str,
    sign: signal.Signals,
    code: int,
    sentence: str,
) -> None:
    source, written = tmp_path / "events.csv", tmp_path / "written.csv"
    source.write_text("event_id,event_type,event_timestamp,user_id\ne1,page_view,2025-11-01T10:00:00Z,u1\n")
    run = subprocess.Popen(
        [sys.executable, "-c", ENDLESS, *step.split(), str(source), str(written)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "SHOPFLOW_HOME": str(settings.home), "PREFECT_API_URL": prefect_server.api_url},
    )
    while not (written.exists() and written.stat().st_size > 0):
        assert run.poll() is None, run.communicate()
    run.send_signal(sign)
    _, said = run.communicate(timeout=60)
    assert said.startswith(f"shopflow: {sentence}")
    assert (said.count("\n"), run.returncode) == (1, code)
    with open_warehouse(settings, read_only=True) as warehouse:
        assert warehouse.receipts()[-1].verdict == "failed"

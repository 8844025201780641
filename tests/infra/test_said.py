"""What alerts on Google Cloud listen for is what runs say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from flows.server import Server
from flows.settings import PROJECT, Settings

TWO_RUNS = """
from sys import argv
from flows.pipeline import pipeline
for source in argv[1:]:
    pipeline(source=[source], return_state=True)
"""


def listened() -> dict[str, re.Pattern[str]]:
    """The regular expressions of infra/alerts.tf, by their names."""
    block = re.search(r"^  said = \{\n(.*?)^  \}", (PROJECT / "infra/alerts.tf").read_text("utf-8"), re.M | re.S)
    assert block
    return {name: re.compile(said) for name, said in re.findall(r'^    (\w+) += "(.*)"$', block[1], re.MULTILINE)}


def heard(name: str, lines: str) -> list[str]:
    return [line for line in lines.splitlines() if listened()[name].search(line)]


@pytest.mark.slow
@pytest.mark.xdist_group("prefect")
def test_a_run_that_fails_and_one_that_loads_are_heard_once_each(
    settings: Settings, tmp_path: Path, prefect_server: Server
) -> None:
    source = tmp_path / "events.csv"
    source.write_text("event_id,event_type,event_timestamp,user_id\ne1,page_view,2025-11-01T10:00:00Z,u1\n")
    # As a worker's runs have it: a test that called a command in this process has made its console quiet.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_LOGGING")}
    environment = {**inherited, "SHOPFLOW_HOME": str(settings.home), "PREFECT_API_URL": prefect_server.api_url}
    done = subprocess.run(
        [sys.executable, "-c", TWO_RUNS, str(tmp_path / "nothing.csv"), str(source)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    said = done.stdout + done.stderr
    (failed,) = heard("failed", said)
    assert "nothing.csv" in failed
    (loaded,) = heard("loaded", said)
    assert loaded.endswith("load: 1 rows")
    assert heard("killed", said) == []


def test_the_watchers_line_of_a_run_that_was_killed_is_heard() -> None:
    """As flows/duties/lifeless.py says it, which tests/deployed/test_recovery.py sees."""
    said = (
        "flow run duckdb 2026-11-25 06:00 inbox (0e1c) is set to Crashed: no sign of life since 2026-11-25 06:02:11 UTC"
    )
    assert heard("killed", said) == [said]
    assert 'is set to {end.name}: {told}"' in (PROJECT / "flows/duties/lifeless.py").read_text("utf-8")


def test_a_load_that_brought_nothing_is_not_heard() -> None:
    line = "05:30:02.118 | INFO    | Task run 'load' - load: {}"
    assert heard("loaded", line.format("0 rows") + "\n" + line.format("loaded before, nothing changed")) == []

"""Maintenance that is killed loses nothing, and the next one ends what it began."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.settings import PROJECT


@pytest.mark.slow
def test_killed_at_every_call_the_ledger_closes_and_the_next_maintenance_ends_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("die_at.py"), tmp_path],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.stderr == ""
    states = done.stdout.split()
    assert len(states) > 20, "hardly a call was counted: is the connection still made by duck.connect?"
    assert states == sorted(states, reverse=True)
    assert set(states) == {"before", "after"}

"""Telemetry: off unless the user turned it on, and off before anything heavy could send some."""

import os
import subprocess
import sys

import pytest

from flows.quiet import QUIET, quiet


def test_every_switch_is_set_where_the_user_set_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in QUIET:
        monkeypatch.delenv(name, raising=False)
    quiet()
    assert {name: os.environ[name] for name in QUIET} == QUIET


def test_a_switch_that_the_user_turned_on_stays_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBT_SEND_ANONYMOUS_USAGE_STATS", "true")
    quiet()
    assert os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "true"


@pytest.mark.slow
@pytest.mark.parametrize("module", ["flows.pipeline", "flows.cli", "flows.contracts.on_duckdb", "flows.hands"])
def test_telemetry_is_off_before_anything_is_imported_that_has_some(module: str) -> None:
    """The accident: tests that began with a part of `flows.contracts` had Soda call its maker when they ended."""
    code = (
        "import os, sys\n"
        "class Watch:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name in ('prefect', 'dbt', 'soda_core', 'streamlit'):\n"
        f"            print(name, all(os.environ.get(switch) == off for switch, off in {QUIET!r}.items()))\n"
        "sys.meta_path.insert(0, Watch())\n"
        f"import {module}\n"
    )
    loud = {name: value for name, value in os.environ.items() if name not in QUIET}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, env=loud)
    assert ran.returncode == 0, ran.stderr
    assert {line.split()[1] for line in ran.stdout.splitlines()} <= {"True"}
    assert ran.stdout or module == "flows.cli", "it imports none of them"

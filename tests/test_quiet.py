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


@pytest.mark.parametrize("module", ["flows.pipeline", "flows.cli"])
def test_the_entry_modules_turn_telemetry_off_before_they_import_anything_that_has_some(module: str) -> None:
    code = (
        "import sys, flows.quiet\n"
        "def quiet():\n"
        "    heavy = {'prefect', 'dbt', 'soda_core', 'streamlit'} & set(sys.modules)\n"
        "    print('quiet after', sorted(heavy))\n"
        "flows.quiet.quiet = quiet\n"
        f"import {module}\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert ran.stdout.splitlines() == ["quiet after []"], ran.stderr

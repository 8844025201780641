"""The linters in their own environment, asked by the tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from delivery.complaint import Complaint
from flows.settings import PROJECT

# Beside the environment of the tests, as the Makefile makes it.
ENVIRONMENT = Path(os.environ.get("SHOPFLOW_TEST_DELIVERY", f"{sys.prefix}-delivery"))
Ask = Callable[[Sequence[Path]], list[list[Complaint]]]


@pytest.fixture(scope="session")
def linters() -> Path:
    """The interpreter that has linters and scanners."""
    python = ENVIRONMENT / "bin/python"
    if not python.exists():
        pytest.skip(f"the linters are not installed: `make {ENVIRONMENT.name}/.installed`, or `make test`, does it")
    return python


@pytest.fixture(scope="session")
def outside(linters: Path) -> Ask:
    """What schemas and linters say to each of some folders that are made like the project's."""

    def ask(folders: Sequence[Path]) -> list[list[Complaint]]:
        command = [str(linters), "-m", "delivery.check", "--asked", *map(str, folders)]
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return [[Complaint(*each) for each in said] for said in json.loads(done.stdout)]

    return ask

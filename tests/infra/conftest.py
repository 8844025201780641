"""Terraform in its own environment, asked by the tests; and what it makes of infra/."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from flows.settings import PROJECT
from tests.infra.planned import NEWEST, Planned, planned

# Beside the environment of the tests, as the Makefile makes it.
ENVIRONMENT = Path(os.environ.get("SHOPFLOW_TEST_INFRA", f"{sys.prefix}-infra"))
Ask = Callable[[Sequence[dict[str, Any]]], list[list[dict[str, Any]]]]


@pytest.fixture(scope="session")
def terraform() -> Ask:
    """Ask Terraform: for each folder, with a schema and commands, what it said to each up to the first that fails."""
    python = ENVIRONMENT / "bin/python"
    if not python.exists():
        pytest.skip(f"Terraform is not installed: `make {ENVIRONMENT.name}/.installed`, or `make test`, does it")

    def ask(asked: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
        command = [str(python), str(PROJECT / "infra/offline/check.py"), "--asked"]
        done = subprocess.run(command, input=json.dumps(list(asked)), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        answers: list[list[dict[str, Any]]] = json.loads(done.stdout)
        return answers

    return ask


@pytest.fixture(scope="session")
def tested(terraform: Ask) -> dict[str, list[dict[str, Any]]]:
    """What Terraform says to infra/ as it is, by the version of the provider's schema."""
    commands = [["fmt", "-check", "-diff", "-recursive"], ["validate", "-no-color"], ["test", "-json", "-verbose"]]
    asked = [{"folder": str(PROJECT / "infra"), "schema": each, "commands": commands} for each in ("6.50", NEWEST)]
    return {each["schema"]: said for each, said in zip(asked, terraform(asked), strict=True)}


@pytest.fixture(scope="session")
def production(tested: dict[str, list[dict[str, Any]]]) -> Planned:
    """What tests/security.tftest.hcl makes of production, with everything on."""
    assert tested[NEWEST][-1]["command"] == "test", tested[NEWEST]
    return planned(tested[NEWEST][-1]["out"])

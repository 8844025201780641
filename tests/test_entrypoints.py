"""What is started by name must exist under that name, and no name of ours may hide another package's."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parent.parent
PREFECT_YAML: dict[str, Any] = yaml.safe_load((PROJECT / "prefect.yaml").read_text())
DEPLOYMENTS = PREFECT_YAML["deployments"]


def python(code: str, **environment: str) -> str:
    """What `code` prints in a fresh interpreter, in the project's folder."""
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env={**os.environ, **environment},
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


@pytest.mark.slow
@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda deployment: deployment["name"])
def test_a_deployments_entrypoint_loads_as_a_worker_loads_it_and_imports_nothing_heavy(
    deployment: dict[str, Any],
) -> None:
    heavy = {"dbt", "soda_core", "streamlit", "pandas", "numpy", "pyarrow", "faker", "google.cloud.bigquery"}
    told = python(
        "from prefect.flows import load_flow_from_entrypoint as load\n"
        f"flow = load({deployment['entrypoint']!r})\n"
        "asked = {name: '1' for name in flow.parameters.required}\n"
        f"flow.validate_parameters({deployment.get('parameters', {})!r} | asked)\n"
        "import sys, flows.errors\n"
        f"print(sys.modules['flows.errors'] is flows.errors, sorted({heavy!r} & set(sys.modules)))"
    )
    assert told == "True []"


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda deployment: deployment["name"])
def test_every_parameter_explains_itself_in_the_form_of_the_ui(deployment: dict[str, Any]) -> None:
    module, _, name = deployment["entrypoint"].partition(":")
    flow = getattr(importlib.import_module(module.removesuffix(".py").replace("/", ".")), name)
    for parameter, about in flow.parameters.properties.items():
        assert len(about.get("description", "")) > 20, parameter
        assert "type" in about or "anyOf" in about, parameter
    assert len(deployment["description"]) > 30


def test_one_run_at_a_time_with_a_stated_strategy_and_schedules_that_are_off_where_they_would_cost_money() -> None:
    limits = {deployment["name"]: deployment["concurrency_limit"] for deployment in DEPLOYMENTS}
    assert {limit["limit"] for limit in limits.values()} == {1}
    waits = {name for name, limit in limits.items() if limit["collision_strategy"] == "ENQUEUE"}
    assert waits == {"backfill", "forget"}, "each run of these was asked for something of its own"
    assert {limit["collision_strategy"] for name, limit in limits.items() if name not in waits} == {"CANCEL_NEW"}
    active = {
        deployment["name"]: each["active"] for deployment in DEPLOYMENTS for each in deployment.get("schedules", [])
    }
    assert active.pop("hourly") is False
    assert set(active.values()) == {"{{ shop.is_free }}"}


def test_the_deployments_are_written_for_the_prefect_that_is_installed() -> None:
    assert PREFECT_YAML["prefect-version"] == importlib.metadata.version("prefect")


def test_no_child_of_flows_hides_a_package() -> None:
    """A worker puts flows/ at the front of sys.path: a child named `soda` would be imported in place of soda."""
    children = {path.stem for path in (PROJECT / "flows").iterdir() if path.suffix in ("", ".py")}
    children -= {"__init__", "__main__", "__pycache__"}
    installed = set(importlib.metadata.packages_distributions()) - {"flows"}
    assert children & installed == set()
    assert children & set(sys.stdlib_module_names) == set()


def test_the_module_and_the_script_are_one_command() -> None:
    scripts = {point.name: point.value for point in importlib.metadata.entry_points(group="console_scripts")}
    assert scripts["shopflow"] == "flows.cli:main"
    ran = subprocess.run([sys.executable, "-m", "flows", "--version"], capture_output=True, text=True, timeout=60)
    assert ran.stdout.startswith("shopflow 0."), ran.stderr


def test_help_needs_no_heavy_import() -> None:
    heavy = {"prefect", "dbt", "duckdb", "soda_core", "streamlit", "pandas", "numpy", "pydantic"}
    told = python(
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from flows.cli import app\n"
        "assert 'run' in CliRunner().invoke(app, ['--help']).output\n"
        f"print(sorted({heavy!r} & set(sys.modules)))"
    )
    assert told == "[]"


def test_doctor_loads_prefect_only_once_it_has_told_it_which_server_to_ask() -> None:
    """Regression: Prefect, imported before, knew of no server, and doctor began one of Prefect's own beside it."""
    told = python(
        "import sys\n"
        "from pathlib import Path\n"
        "import flows.commands.doctor\n"
        "from flows.doctor import scheduled\n"
        "from flows.server import Server\n"
        "assert 'prefect' not in sys.modules\n"
        "found = Server('http://127.0.0.1:9/api', Path.cwd())\n"
        "scheduled.server.status = lambda settings: found\n"
        "client = scheduled._Deployed(None)._client\n"
        "print(client.api_url, client.server_type.value)"
    )
    assert told == "http://127.0.0.1:9/api/ SERVER"

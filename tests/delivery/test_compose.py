"""The laptop's containers start commands that are there, with settings that Prefect and shopflow know."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest
import yaml

from delivery.compose import FILE
from flows.deployments.pools import PROCESS
from flows.settings import PROJECT, Settings
from tests.test_docs import problem

COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / FILE).read_text("utf-8"))
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}


def variables(service: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = service.get("environment", {})
    return found


def test_one_image_is_all_of_shopflow() -> None:
    assert set(OURS) == {"server", "worker", "watcher", "dashboard", "door"}
    assert {service["image"] for service in OURS.values()} == {"${IMAGE:-shopflow:local}"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_variable_is_a_setting_of_what_reads_it(name: str) -> None:
    from prefect.settings.legacy import _get_valid_setting_names
    from prefect.settings.models.root import Settings as PrefectSettings

    known = {each.upper() for each in _get_valid_setting_names(PrefectSettings)}
    known |= {f"SHOPFLOW_{each.upper()}" for each in Settings.model_fields}
    known |= {"POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD"}
    assert set(variables(SERVICES[name])) - known == set()


def test_the_server_is_that_of_systemd_but_for_where_it_listens_and_its_database() -> None:
    lines = (PROJECT / "deployments/systemd/server.env").read_text("utf-8").splitlines()
    there = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    here = variables(SERVICES["server"])
    differ = {name for name in there if here.get(name) != there[name]}
    assert differ == {
        "PREFECT_API_DATABASE_CONNECTION_URL",
        "PREFECT_HOME",
        "PREFECT_SERVER_API_HOST",
    }


def test_the_worker_takes_runs_of_the_pool_that_it_deploys() -> None:
    (command,) = SERVICES["worker"]["command"]
    deploy, start = command.split(" && exec ")
    assert problem(deploy) is None
    words = shlex.split(start)
    assert words[:7] == ["prefect", "worker", "start", "--pool", PROCESS.name, "--type", PROCESS.type]
    for name in ("watcher", "dashboard"):
        assert problem(shlex.join(["shopflow", *SERVICES[name]["command"]])) is None


def test_worker_and_watcher_look_at_the_same_home_and_inbox_and_the_dashboard_only_reads() -> None:
    assert variables(SERVICES["worker"]).items() >= variables(SERVICES["watcher"]).items()
    assert SERVICES["worker"]["volumes"] == SERVICES["watcher"]["volumes"]
    assert SERVICES["dashboard"]["volumes"] == ["home:/data:ro"]


def test_the_door_opens_to_the_dashboards_port_and_is_published_on_loopback() -> None:
    door, dashboard = SERVICES["door"], SERVICES["dashboard"]
    outside, inside = door["command"]
    assert dashboard["ports"] == [f"127.0.0.1:{inside}:{outside}"]
    assert inside == "8501", "Streamlit's own"
    assert door["network_mode"] == "service:dashboard"
    assert door["entrypoint"] == ["python", "/app/deployments/door.py"]


def test_every_variable_that_the_file_takes_is_told_on_the_page() -> None:
    text = (PROJECT / FILE).read_text("utf-8")
    page = (PROJECT / "docs/how_to/delivery.md").read_text("utf-8")
    assert {name for name in re.findall(r"\$\{(\w+)", text) if f"`{name}`" not in page} == set()

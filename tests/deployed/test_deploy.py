"""`shopflow deploy` on an empty home without a network: what is on the server then, and what a second one changes."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.client.schemas.schedules import IntervalSchedule

from flows import __version__
from flows.server import companions
from flows.settings import PROJECT
from tests.deployed.conftest import Shop, until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("deployed")]

YAML: dict[str, Any] = yaml.safe_load((PROJECT / "prefect.yaml").read_text())


def on_server(shop: Shop) -> dict[str, Any]:
    return {deployment.name: deployment for deployment in shop.client.read_deployments()}


def test_all_that_prefect_yaml_names_is_there_with_its_version_target_limit_and_schedule(shop: Shop) -> None:
    there = on_server(shop)
    assert set(there) == {told["name"] for told in YAML["deployments"]}
    for told in YAML["deployments"]:
        found = there[told["name"]]
        assert (found.version, found.work_pool_name, found.description) == (
            __version__,
            "shopflow",
            told["description"],
        )
        assert found.tags == (["shopflow", "demo"] if told["name"] == "demo" else ["shopflow", "duckdb"])
        assert found.global_concurrency_limit.limit == 1
        assert {schedule.schedule.timezone for schedule in found.schedules} <= {"Europe/Berlin"}
        assert found.job_variables["env"]["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"] == "30"
        assert found.job_variables["env"]["SHOPFLOW_REPORTING_TIMEZONE"] == "Europe/Berlin"
    active = {name: [schedule.active for schedule in found.schedules] for name, found in there.items()}
    assert (active["daily"], active["hourly"], active["backfill"]) == ([True], [False], [])


def test_every_parameter_has_a_type_and_explains_itself(shop: Shop) -> None:
    for name, found in on_server(shop).items():
        for parameter, about in found.parameter_openapi_schema["properties"].items():
            assert about.get("type") or about.get("anyOf"), (name, parameter)
            assert len(about.get("description", "")) > 20, (name, parameter)


def test_the_demo_has_a_home_of_its_own_below_the_shops(shop: Shop) -> None:
    there = on_server(shop)
    homes = {name: found.job_variables["env"]["SHOPFLOW_HOME"] for name, found in there.items()}
    demo = homes.pop("demo")
    assert set(homes.values()) == {str(shop.settings.home)}
    assert demo == str(shop.settings.home / "demo_home")


def test_the_screen_tells_where_the_ui_is_when_runs_come_and_how_to_end_it(shop: Shop) -> None:
    lines = shop.screen.splitlines()
    assert lines[0].split() == ["Prefect", shop.api_url.removesuffix("/api")]
    (daily,) = [line for line in lines if line.startswith("pipeline/daily")]
    assert "30 5 * * * Europe/Berlin" in daily
    assert re.search(r"Berlin +\w{3} \d{4}-\d\d-\d\d 05:30$", daily.rstrip()), daily
    (hourly,) = [line for line in lines if line.startswith("pipeline/hourly")]
    assert "paused" in hourly
    assert f"PREFECT_API_URL={shop.api_url} prefect deployment run pipeline/daily" in shop.screen
    assert "shopflow stop" in lines[-1]


def test_a_second_deploy_changes_what_differs_and_leaves_what_somebody_has_switched(shop: Shop) -> None:
    before = on_server(shop)
    hourly = before["hourly"]
    shop.client.update_deployment_schedule(hourly.id, hourly.schedules[0].id, active=True)
    own = (IntervalSchedule(interval=86_400, anchor_date=datetime(2027, 1, 1, tzinfo=UTC)), True)
    (made,) = shop.client.create_deployment_schedules(hourly.id, [own])
    shop.client.update_deployment_schedule(hourly.id, made.id, parameters={"format": "csv"})
    screen = shop.call("deploy")
    assert f"Deployments  {len(before)}, as they were" in screen
    assert "somebody's own, made in the UI" in screen

    shop.client.update_deployment(hourly.id, DeploymentUpdate(description="somebody else's words"))
    assert f"Deployments  1 of {len(before)} changed" in shop.call("deploy")
    after = on_server(shop)
    assert (after["hourly"].id, after["hourly"].description) == (hourly.id, hourly.description)
    schedules = {schedule.slug: schedule for schedule in after["hourly"].schedules}
    assert {slug: schedule.active for slug, schedule in schedules.items()} == {"every-hour": True, None: True}
    assert (schedules[None].schedule, schedules[None].parameters) == (own[0], {"format": "csv"})
    assert {name for name, found in after.items() if found.updated != before[name].updated} == {"hourly"}
    shop.client.update_deployment_schedule(hourly.id, schedules["every-hour"].id, active=False)
    shop.client.delete_deployment_schedule(hourly.id, schedules[None].id)


def test_there_is_one_worker_and_it_is_online(shop: Shop) -> None:
    workers = until(lambda: shop.client.read_workers_for_work_pool("shopflow"))
    assert [worker.status.value for worker in workers] == ["ONLINE"]


def test_where_others_look_after_the_worker_none_is_started(shop: Shop) -> None:
    """As with systemd. Afterwards all is as it was."""
    assert companions.stop(shop.settings) == ["watcher", "worker"]
    screen = shop.call("deploy", "--without-worker")
    assert "yours to start: prefect worker start --pool shopflow, and shopflow watch" in screen
    assert companions.living(shop.settings) == []
    shop.call("deploy")
    assert companions.living(shop.settings) == ["watcher", "worker"]

"""The deployments on BigQuery: what the target switches, a run on the emulator, and what Cloud Run would be told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from emulator.start import Emulator
from flows.commands.deploy import deploy_all
from flows.deployments.pools import CLOUD_RUN, POOLS, PROCESS, require
from flows.deployments.rendered import rendered
from flows.deployments.values import shop as values
from flows.errors import SettingsError
from flows.settings import Settings, load_settings
from tests.bigquery.conftest import cloud, emulator, emulator_python
from tests.deployed.conftest import Shop

__all__ = ["cloud", "emulator", "emulator_python"]

CLOUD = {
    "SHOPFLOW_TARGET": "bigquery",
    "SHOPFLOW_LAKE": "gs://lake/shop",
    "SHOPFLOW_CLOUD_RUN_IMAGE": "europe-docker.pkg.dev/my-project/shopflow/shopflow:1",
    "SHOPFLOW_CLOUD_RUN_REGION": "europe-west3",
    "SHOPFLOW_CLOUD_RUN_SERVICE_ACCOUNT": "shopflow@my-project.iam.gserviceaccount.com",
    "SHOPFLOW_CLOUD_RUN_API_KEY_SECRET": "prefect-api-key",
    "SHOPFLOW_CLOUD_RUN_LOOKER_SECRET": "looker-client-secret",
    "SHOPFLOW_BIGQUERY_LABELS": "env=prod",
    "SHOPFLOW_SERVER_PORT": "4300",
}


@pytest.fixture
def in_cloud(monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in CLOUD.items():
        monkeypatch.setenv(name, value)
    return load_settings()


@pytest.mark.parametrize("pool", POOLS.values(), ids=POOLS)
def test_the_target_reaches_every_run_and_pauses_what_would_cost_money(in_cloud: Settings, pool: Any) -> None:
    told = values(pool.name)
    assert told["is_free"] is False
    assert told["env"]["SHOPFLOW_TARGET"] == told["demo_env"]["SHOPFLOW_TARGET"] == "bigquery"
    assert "SHOPFLOW_SERVER_PORT" not in told["env"], "a run is told its server by the worker"
    assert all(deployment["tags"][0] == "shopflow" for deployment in rendered(pool).values())
    assert rendered(pool)["pipeline/daily"]["tags"] == ["shopflow", "bigquery"]


def test_cloud_run_gets_nothing_of_the_machine_that_deploys(in_cloud: Settings) -> None:
    told = json.dumps({name: each["job_variables"] for name, each in rendered(CLOUD_RUN).items()})
    assert str(in_cloud.home) not in told
    assert '"command": "python -m flows.server.engine"' in told
    assert '"SHOPFLOW_HOME": "/data"' in told


@pytest.mark.parametrize("lake", ["", "gs://lake/shop", "/srv/lake"])
def test_the_demo_takes_nothing_of_the_shops_from_a_worker_that_has_all_its_settings(
    lake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The accident: the worker of systemd handed the inbox and the lake of the shop to the demo."""
    of_shop = {
        "SHOPFLOW_HOME": str(tmp_path),
        "SHOPFLOW_INBOX": str(tmp_path / "inbox"),
        "SHOPFLOW_INBOX_DEPLOYMENT": "pipeline/hourly",
        "SHOPFLOW_ALERT_BLOCKS": "slack-webhook/shop-ops",
    } | ({"SHOPFLOW_LAKE": lake} if lake else {})
    for name, value in of_shop.items():
        monkeypatch.setenv(name, value)
    shop, told = load_settings(), values(PROCESS.name)["demo_env"]
    for name, value in told.items():  # as the worker does: its own environment, and over it that of the deployment
        monkeypatch.setenv(name, value)
    demo = load_settings()
    assert (demo.inbox, demo.inbox_deployment, demo.alert_blocks_named) == ("", "", ())
    assert demo.home == shop.home / "demo_home"
    assert (demo.lake == f"{lake}/demo") if shop.is_in_bucket else (demo.lake_folder == demo.home / "lake")


def test_cloud_run_without_what_it_needs_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        SettingsError, match=r"SHOPFLOW_TARGET=bigquery, a SHOPFLOW_LAKE in a bucket, SHOPFLOW_CLOUD_RUN"
    ):
        deploy_all("cloud-run")
    with pytest.raises(SettingsError, match="there is no pool moon: --pool takes process or cloud-run"):
        deploy_all("moon")
    for name, value in CLOUD.items():
        monkeypatch.setenv(name, value)
    require(CLOUD_RUN, load_settings())


def names_of_placeholders(template: Any) -> set[str]:
    text = json.dumps(template)
    return {part.split(" }}")[0] for part in text.split("{{ ")[1:]}


@pytest.mark.parametrize("pool", POOLS.values(), ids=POOLS)
def test_every_placeholder_of_a_pool_is_one_of_its_variables_which_explain_themselves(pool: Any) -> None:
    template = pool.template(load_settings())
    about = template["variables"]["properties"]
    assert names_of_placeholders(template["job_configuration"]) == set(about)
    assert all(len(each["description"]) > 10 for each in about.values())


def test_the_body_of_a_job_on_cloud_run_has_what_was_set_and_no_secret(
    in_cloud: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = pytest.importorskip("prefect_gcp.workers.cloud_run_v2", reason="prefect-gcp is not installed")
    from google.auth.credentials import AnonymousCredentials
    from prefect.client.schemas.objects import FlowRun
    from prefect.settings import PREFECT_API_KEY, PREFECT_API_URL, temporary_settings
    from prefect.utilities.templating import apply_values

    monkeypatch.setattr("google.auth.default", lambda *_, **__: (AnonymousCredentials(), "my-project"))
    template = CLOUD_RUN.template(in_cloud)
    defaults = {
        name: about["default"] for name, about in template["variables"]["properties"].items() if "default" in about
    }
    variables = defaults | rendered(CLOUD_RUN)["pipeline/daily"]["job_variables"]
    configuration = worker.CloudRunWorkerJobV2Configuration(**apply_values(template["job_configuration"], variables))
    with temporary_settings({PREFECT_API_KEY: "pnu_secret", PREFECT_API_URL: "https://api.example/api"}):
        configuration.prepare_for_flow_run(FlowRun(flow_id=uuid4(), name="daily"))
    body = configuration.job_body
    task = body["template"]["template"]
    (container,) = task["containers"]
    assert container["image"] == CLOUD["SHOPFLOW_CLOUD_RUN_IMAGE"]
    assert container["command"] == ["python", "-m", "flows.server.engine"]
    assert container["resources"]["limits"] == {"cpu": "2000m", "memory": "4Gi"}
    assert task["serviceAccount"] == CLOUD["SHOPFLOW_CLOUD_RUN_SERVICE_ACCOUNT"]
    assert (task["timeout"], task["maxRetries"], body["launchStage"]) == ("7200s", 0, "GA")
    assert body["labels"].items() >= {"app": "shopflow", "env": "prod"}.items()
    assert configuration.region == "europe-west3"
    secret = {"secretKeyRef": {"secret": "prefect-api-key", "version": "latest"}}
    (key,) = [each for each in container["env"] if each["name"] == "PREFECT_API_KEY"]
    assert key["valueSource"] == secret
    (of_looker,) = [each for each in container["env"] if each["name"] == "LOOKERSDK_CLIENT_SECRET"]
    assert of_looker["valueSource"] == {"secretKeyRef": {"secret": "looker-client-secret", "version": "latest"}}
    assert "pnu_secret" not in json.dumps(body)
    assert "vpcAccess" not in task


def test_runs_talk_through_the_subnetwork_that_was_set(in_cloud: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPFLOW_CLOUD_RUN_SUBNETWORK", "shop/runs")
    template = CLOUD_RUN.template(load_settings())
    assert template["job_configuration"]["job_body"]["template"]["template"]["vpcAccess"] == "{{ vpc_access }}"
    assert template["variables"]["properties"]["vpc_access"]["default"] == {
        "egress": "ALL_TRAFFIC",
        "networkInterfaces": [{"network": "shop", "subnetwork": "runs"}],
    }


@pytest.mark.slow
@pytest.mark.xdist_group("deployed")
def test_a_deployments_run_on_bigquery(shop: Shop, cloud: Settings, emulator: Emulator, files: Any) -> None:
    env = shop.client.read_deployment_by_name("pipeline/daily").job_variables["env"] | {
        "SHOPFLOW_TARGET": "bigquery",
        "SHOPFLOW_HOME": str(cloud.home),
        "SHOPFLOW_LAKE": cloud.lake,
        "SHOPFLOW_BIGQUERY_ENDPOINT": cloud.bigquery_endpoint,
        "SHOPFLOW_BIGQUERY_PROJECT": cloud.bigquery_project,
        "SHOPFLOW_BIGQUERY_DATASET_PREFIX": cloud.bigquery_dataset_prefix,
        "STORAGE_EMULATOR_HOST": emulator.storage,
    }
    run = shop.ended(shop.ask_for("pipeline/daily", job_variables={"env": env}, source=[str(files)]))
    assert run.state.is_completed(), run.state.message
    assert run.name.startswith("bigquery ")

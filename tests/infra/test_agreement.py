"""What Terraform makes is what the product asks for: datasets, rights, settings, the work pool, commands."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest

from flows import audience
from flows.deployments.pools import CLOUD_RUN, require
from flows.deployments.values import shop
from flows.doctor import bucket as doctor_bucket
from flows.settings import PROJECT, Settings, load_settings
from flows.warehouse import bigquery_doctor
from flows.warehouse.bigquery_jobs import DATASETS
from tests.infra.planned import Planned
from tests.test_docs import problem

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("terraform")]
POOL, JOB, SERVICE = "google_cloud_run_v2_worker_pool", "google_cloud_run_v2_job", "google_cloud_run_v2_service"
WITH_SETTINGS = ((POOL, "watcher"), (JOB, "deploy"), (JOB, "doctor"), (JOB, "pipeline"), (SERVICE, "dashboard"))


@pytest.fixture
def told(production: Planned, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The settings that a container gets."""

    def read(kind: str, key: str) -> Settings:
        for name, value in production.env(kind, key).items():
            if name.startswith("SHOPFLOW_"):
                monkeypatch.setenv(name, value)
        return load_settings()

    return read


def container(production: Planned, kind: str, key: str) -> dict[str, Any]:
    template = production.resources[kind][key]["template"][0]
    (found,) = (template["template"][0] if "template" in template else template)["containers"]
    return dict(found)


def test_the_datasets_are_those_of_the_product_and_one_of_logs(production: Planned) -> None:
    made = {each["dataset_id"] for each in production.resources["google_bigquery_dataset"].values()}
    assert made == {f"shopflow_prod_{name}" for name in (*DATASETS, "logs")}


@pytest.mark.parametrize(("kind", "key"), WITH_SETTINGS)
def test_every_variable_is_a_setting_with_a_value_that_is_one(kind: str, key: str, told: Any) -> None:
    settings = told(kind, key)
    assert (settings.target, settings.bigquery_project) == ("bigquery", "acme-shop-prod")
    assert settings.bigquery_dataset_prefix == "shopflow_prod_"
    assert settings.labels == {"app": "shopflow", "env": "prod"}


def test_lake_and_datasets_are_where_bigquery_loads_from(production: Planned, told: Any) -> None:
    settings = told(JOB, "doctor")
    buckets = {each["name"]: each["location"] for each in production.resources["google_storage_bucket"].values()}
    assert {settings.lake.split("/")[2], settings.inbox.split("/")[2]} == set(buckets)
    datasets = {each["location"] for each in production.resources["google_bigquery_dataset"].values()}
    assert datasets == {settings.bigquery_location}
    assert all(doctor_bucket.is_near(place, settings.bigquery_location) for place in buckets.values())


def test_the_runner_has_the_rights_that_doctor_would_ask_for(production: Planned) -> None:
    runner = production.resources["google_service_account"]["runner"]["member"]
    rights = {
        each["role"]
        for kind in ("project", "bigquery_dataset", "storage_bucket")
        for each in production.resources[f"google_{kind}_iam_member"].values()
        if each["member"] == runner
    }
    asked = (bigquery_doctor.JOB_USER, bigquery_doctor.DATA_EDITOR, doctor_bucket.ROLE)
    assert {re.findall(r"roles/[\w.]+", text)[0] for text in asked} <= rights


def test_the_runner_writes_in_every_dataset_of_the_product(production: Planned) -> None:
    rights = production.resources["google_bigquery_dataset_iam_member"].values()
    runner = production.resources["google_service_account"]["runner"]["member"]
    assert {each["dataset_id"] for each in rights if each["member"] == runner} == {
        f"shopflow_prod_{name}" for name in DATASETS
    }


def test_the_work_pool_that_is_deployed_names_the_same_image_identity_region_and_secret(
    production: Planned, told: Any
) -> None:
    settings = told(JOB, "deploy")
    require(CLOUD_RUN, settings)
    pool = {name: each.get("default") for name, each in CLOUD_RUN.template(settings)["variables"]["properties"].items()}
    job = production.resources[JOB]["pipeline"]
    assert pool["image"] == container(production, JOB, "pipeline")["image"]
    assert pool["service_account_name"] == job["template"][0]["template"][0]["service_account"]
    assert pool["region"] == job["location"]
    secret = pool["prefect_api_key_secret"]["secret"]
    readers = {
        each["member"]
        for each in production.resources["google_secret_manager_secret_iam_member"].values()
        if each["secret_id"] == secret
    }
    identities = production.resources["google_service_account"]
    assert {identities[name]["member"] for name in ("runner", "watcher", "worker")} == readers
    assert production.env(JOB, "deploy")["PREFECT_API_KEY"] == f"secret:{secret}"


def test_runs_get_the_settings_of_the_job_that_deploys(production: Planned, told: Any) -> None:
    told(JOB, "deploy")
    given = shop(CLOUD_RUN.name)["env"]
    ours = {name: value for name, value in production.env(JOB, "pipeline").items() if name.startswith("SHOPFLOW_")}
    assert set(ours) - set(given) == set()
    assert given["SHOPFLOW_LAKE"] == ours["SHOPFLOW_LAKE"]


def test_the_worker_takes_runs_of_the_pool_that_is_deployed(production: Planned) -> None:
    worker = container(production, POOL, "worker")
    assert worker["command"] == ["prefect"]
    assert worker["args"][:6] == ["worker", "start", "--pool", CLOUD_RUN.name, "--type", CLOUD_RUN.type]


@pytest.mark.parametrize(("kind", "key"), WITH_SETTINGS)
def test_what_containers_start_are_commands_of_the_product(kind: str, key: str, production: Planned) -> None:
    found = container(production, kind, key)
    assert found["command"] in (None, [], ["shopflow"]), "else the image's own, which is shopflow"
    assert problem(shlex.join(["shopflow", *found["args"]])) is None
    assert 'ENTRYPOINT ["shopflow"]' in (PROJECT / "deployments/Dockerfile").read_text("utf-8")


def test_runs_get_what_looker_needs_and_its_secret_by_reference(production: Planned, told: Any) -> None:
    settings = told(JOB, "deploy")
    assert (settings.looker_url, settings.looker_client_id) == ("https://acme.cloud.looker.com", "shopflow")
    assert (settings.looker_plan, settings.looker_validates) == ("12", True)
    pool = CLOUD_RUN.template(settings)["variables"]["properties"]
    secret = production.outputs["secrets"]["looker-client-secret"]
    assert pool["env_from_secrets"]["default"] == {"LOOKERSDK_CLIENT_SECRET": {"secret": secret, "version": "latest"}}
    assert production.env(JOB, "pipeline")["LOOKERSDK_CLIENT_SECRET"] == f"secret:{secret}"
    assert "LOOKERSDK_CLIENT_SECRET" not in production.env(JOB, "deploy")


def test_the_dashboard_asks_for_a_sign_in_and_finds_its_secrets(production: Planned, told: Any) -> None:
    settings = told(SERVICE, "dashboard")
    audience.check(settings, dict.fromkeys(audience.NEEDED, "x"))
    assert not audience.is_loopback(settings.dashboard_address)
    assert settings.dashboard_people
    (mount,) = container(production, SERVICE, "dashboard")["volume_mounts"]
    (volume,) = production.resources[SERVICE]["dashboard"]["template"][0]["volumes"]
    file = f"{mount['mount_path']}/{volume['secret'][0]['items'][0]['path']}"
    assert file == f"{production.env(SERVICE, 'dashboard')['HOME']}/.streamlit/secrets.toml"
    assert volume["secret"][0]["secret"] == production.outputs["secrets"]["dashboard-sign-in"]

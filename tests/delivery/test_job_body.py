"""What a deployment on Cloud Run tells the worker: image and identity by name, secrets by reference."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flows.deployments.pools import CLOUD_RUN
from flows.deployments.rendered import rendered
from flows.settings import load_settings

CLOUD = {
    "SHOPFLOW_TARGET": "bigquery",
    "SHOPFLOW_LAKE": "gs://lake/shop",
    "SHOPFLOW_CLOUD_RUN_IMAGE": "europe-docker.pkg.dev/my-project/shopflow/shopflow:1",
    "SHOPFLOW_CLOUD_RUN_REGION": "europe-west3",
    "SHOPFLOW_CLOUD_RUN_SERVICE_ACCOUNT": "runner@my-project.iam.gserviceaccount.com",
    "SHOPFLOW_CLOUD_RUN_API_KEY_SECRET": "prefect-api-key",
    "SHOPFLOW_CLOUD_RUN_LOOKER_SECRET": "looker-client-secret",
    "SHOPFLOW_LOOKER_URL": "https://shop.cloud.looker.com",
    "SHOPFLOW_LOOKER_CLIENT_ID": "shopflow",
}
# In the shell of whoever deploys, and nowhere else.
SECRETS = {"PREFECT_API_KEY": "pnu_of_who_deploys", "LOOKERSDK_CLIENT_SECRET": "looker_of_who_deploys"}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Each deployment's job, as Prefect fills the template in for the worker."""
    from prefect.utilities.templating import apply_values

    for name, value in (CLOUD | SECRETS).items():
        monkeypatch.setenv(name, value)
    template = CLOUD_RUN.template(load_settings())
    properties = template["variables"]["properties"]
    defaults = {name: about["default"] for name, about in properties.items() if "default" in about}
    return {
        name: apply_values(template["job_configuration"], defaults | told["job_variables"])
        for name, told in rendered(CLOUD_RUN).items()
    }


def test_every_job_has_the_image_the_identity_and_the_secrets_by_reference(told: dict[str, Any]) -> None:
    assert len(told) == 7
    for job in told.values():
        task = job["job_body"]["template"]["template"]
        assert [each["image"] for each in task["containers"]] == [CLOUD["SHOPFLOW_CLOUD_RUN_IMAGE"]]
        assert task["serviceAccount"] == CLOUD["SHOPFLOW_CLOUD_RUN_SERVICE_ACCOUNT"]
        assert job["region"] == "europe-west3"
        assert job["prefect_api_key_secret"] == {"secret": "prefect-api-key", "version": "latest"}
        looker = {"secret": "looker-client-secret", "version": "latest"}
        assert job["env_from_secrets"] == {"LOOKERSDK_CLIENT_SECRET": looker}


def test_no_job_has_a_secret_in_plain(told: dict[str, Any]) -> None:
    text = json.dumps(told)
    assert [value for value in SECRETS.values() if value in text] == []
    assert {job["env"]["SHOPFLOW_LOOKER_CLIENT_ID"] for job in told.values()} == {"shopflow"}


def test_runs_are_not_told_of_the_building_of_their_image(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CLOUD.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SHOPFLOW_BUILD_IMAGE", "true")
    told = {each["job_variables"]["env"].get("SHOPFLOW_BUILD_IMAGE") for each in rendered(CLOUD_RUN).values()}
    assert told == {None}


def test_without_a_secret_of_lookers_none_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CLOUD.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("SHOPFLOW_CLOUD_RUN_LOOKER_SECRET")
    assert "default" not in CLOUD_RUN.template(load_settings())["variables"]["properties"]["env_from_secrets"]

"""The work pools that deployments are made for, from the base job templates in deployments/pools/."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flows.errors import ServerError, SettingsError
from flows.settings import PROJECT, Settings

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient


@dataclass(frozen=True)
class Pool:
    """A pool: its name on the server, Prefect's name of its type, which is that of its template's file, and whether its
    runs share a home, whose lock keeps them apart."""

    name: str
    type: str
    shares_home: bool = True

    def runs_at_once(self, settings: Settings) -> int | None:
        """How many of its runs may be at work at once, where nothing else sees to that: a warehouse on BigQuery may be
        that of workers on several machines."""
        return None if self.shares_home and settings.target == "duckdb" else 1

    def template(self, settings: Settings) -> dict[str, Any]:
        """The base job template, with the settings as the defaults of its variables."""
        found: dict[str, Any] = json.loads((PROJECT / "deployments/pools" / f"{self.type}.json").read_text("utf-8"))
        if self == CLOUD_RUN:
            for name, value in of_cloud_run(settings).items():
                found["variables"]["properties"][name]["default"] = value
        return found


PROCESS = Pool("shopflow", "process")
CLOUD_RUN = Pool("shopflow-cloud-run", "cloud-run-v2", shares_home=False)
POOLS = {"process": PROCESS, "cloud-run": CLOUD_RUN}


def require(pool: Pool, settings: Settings) -> None:
    """Raise SettingsError where runs of the pool could not work with these settings, naming all that lacks."""
    if pool != CLOUD_RUN:
        return
    lacks = [
        told
        for told, is_there in (
            ("SHOPFLOW_TARGET=bigquery", settings.target == "bigquery"),
            ("a SHOPFLOW_LAKE in a bucket", settings.is_in_bucket),
            ("SHOPFLOW_CLOUD_RUN_IMAGE", bool(settings.cloud_run_image)),
        )
        if not is_there
    ]
    if lacks:
        raise SettingsError(
            f"runs on Cloud Run keep nothing in a home, and need {', '.join(lacks)}: see docs/how_to/deploy.md"
        )


def of_cloud_run(settings: Settings) -> dict[str, Any]:
    """The defaults that the settings give to variables of the Cloud Run pool; those that are not set are left out."""
    secret = settings.cloud_run_api_key_secret
    network, _, subnetwork = settings.cloud_run_subnetwork.partition("/")
    of_looker = settings.cloud_run_looker_secret
    way_out = {"egress": "ALL_TRAFFIC", "networkInterfaces": [{"network": network, "subnetwork": subnetwork}]}
    given = {
        "image": settings.cloud_run_image,
        "region": settings.cloud_run_region,
        "service_account_name": settings.cloud_run_service_account,
        "prefect_api_key_secret": _newest(secret) if secret else None,
        "env_from_secrets": {"LOOKERSDK_CLIENT_SECRET": _newest(of_looker)} if of_looker else None,
        "labels": settings.labels,
        "vpc_access": way_out if network else None,
    }
    return {name: value for name, value in given.items() if value}


def _newest(secret: str) -> dict[str, str]:
    return {"secret": secret, "version": "latest"}


def put(client: SyncPrefectClient, pool: Pool, settings: Settings) -> bool:
    """Have the pool on the server as its template says; False where it was so already.

    Raises ServerError where a pool of that name is of another type.
    """
    from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
    from prefect.exceptions import ObjectNotFound

    template, limit = pool.template(settings), pool.runs_at_once(settings)
    try:
        found = client.read_work_pool(pool.name)
    except ObjectNotFound:
        made = WorkPoolCreate(name=pool.name, type=pool.type, base_job_template=template, concurrency_limit=limit)
        client.create_work_pool(made)
        return True
    if found.type != pool.type:
        raise ServerError(
            f"the work pool {pool.name} on the Prefect server is of type {found.type}, not {pool.type}: remove it "
            f"(`prefect work-pool delete {pool.name}`), and deploy again"
        )
    wanted = found.concurrency_limit or limit  # one that somebody has set is left as it is
    if (found.base_job_template, found.concurrency_limit) == (template, wanted):
        return False
    client.update_work_pool(pool.name, WorkPoolUpdate(base_job_template=template, concurrency_limit=wanted))
    return True

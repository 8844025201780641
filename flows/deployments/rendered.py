"""What prefect.yaml says once its placeholders are filled, compared with what a server has."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import yaml

from flows.deployments.pools import Pool
from flows.deployments.values import shop
from flows.settings import PROJECT

if TYPE_CHECKING:
    from prefect.client.schemas.responses import DeploymentResponse


def rendered(pool: Pool) -> dict[str, dict[str, Any]]:
    """The deployments by their full names (`pipeline/daily`), with all that a server keeps of them."""
    from prefect.utilities.callables import parameter_schema
    from prefect.utilities.templating import apply_values

    text = yaml.safe_load((PROJECT / "prefect.yaml").read_text("utf-8"))
    values = {"shop": shop(pool.name)}
    found = {}
    for told in apply_values(text["deployments"], values):
        flow = _flow(told["entrypoint"])
        limit = told["concurrency_limit"]
        found[f"{flow.name}/{told['name']}"] = {
            "concurrency": (limit["limit"], limit["collision_strategy"]),
            "description": told["description"],
            "entrypoint": told["entrypoint"],
            "job_variables": told["work_pool"]["job_variables"],
            "parameters": told.get("parameters", {}),
            "pull_steps": apply_values(text["pull"], values),
            "schedules": {_schedule(**schedule) for schedule in told.get("schedules", [])},
            "schema": parameter_schema(flow).model_dump(exclude_unset=True),
            "tags": told["tags"],
            "version": told["version"],
            "work_pool": pool.name,
        }
        if triggers := told.get("triggers"):
            found[f"{flow.name}/{told['name']}"]["triggers"] = triggers  # not compared with the server's automations
    return found


def on_server(found: DeploymentResponse) -> dict[str, Any]:
    """What a server keeps of a deployment, told as in `rendered`. Whether its schedules are active is not in it."""
    limit, options = found.global_concurrency_limit, found.concurrency_options
    return {
        "concurrency": (limit.limit if limit else None, options.collision_strategy.value if options else None),
        "description": found.description,
        "entrypoint": found.entrypoint,
        "job_variables": found.job_variables,
        "parameters": found.parameters,
        "pull_steps": found.pull_steps,
        "schedules": {
            _schedule(
                slug=each.slug,
                cron=getattr(each.schedule, "cron", None),
                timezone=getattr(each.schedule, "timezone", None),
            )
            for each in found.schedules
            if each.slug  # one that somebody has made in the UI has none, and is that person's
        },
        "schema": found.parameter_openapi_schema,
        "tags": found.tags,
        "version": found.version,
        "work_pool": found.work_pool_name,
    }


def _schedule(
    slug: str | None, cron: str | None, timezone: str | None, active: object = None
) -> tuple[str | None, ...]:
    return slug, cron, timezone


def _flow(entrypoint: str) -> Any:
    file, _, name = entrypoint.partition(":")
    return getattr(import_module(".".join(PurePosixPath(file).with_suffix("").parts)), name)


def differing(wanted: Mapping[str, dict[str, Any]], there: Mapping[str, dict[str, Any]]) -> list[str]:
    """The names of the deployments that are not on the server as they should be.

    Those with triggers always are: a server keeps these as automations, which say nothing of the file's text.
    """
    return [name for name, told in wanted.items() if there.get(name) != told]

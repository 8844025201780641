"""The image of runs on Cloud Run, built and pushed before deploying: only where SHOPFLOW_BUILD_IMAGE says so.

Steps of prefect.yaml, which Prefect calls once for each deployment; `shopflow deploy` calls them itself, once.
"""

from __future__ import annotations

import subprocess
from functools import cache

from flows.deployments.pools import CLOUD_RUN
from flows.deployments.values import pool_of_prefect
from flows.errors import ServerError
from flows.settings import PROJECT, load_settings

DOCKERFILE = "deployments/Dockerfile"


def build(pool: str | None = None) -> dict[str, str]:
    """Build SHOPFLOW_CLOUD_RUN_IMAGE. Returns its name, or nothing where nothing was asked for.

    In one process an image is built once, however often it is asked for. Raises ServerError where Docker cannot.
    """
    if name := _asked_for(pool):
        _docker("build", "--file", DOCKERFILE, "--tag", name, ".")
    return {"image": name} if name else {}


def push(pool: str | None = None) -> dict[str, str]:
    """Push SHOPFLOW_CLOUD_RUN_IMAGE into its registry, on the same terms as `build`."""
    if name := _asked_for(pool):
        _docker("push", name)
    return {"image": name} if name else {}


def _asked_for(pool: str | None) -> str:
    settings = load_settings()
    is_in_cloud = (pool or pool_of_prefect()) == CLOUD_RUN.name
    return settings.cloud_run_image if settings.build_image and is_in_cloud else ""


@cache
def _docker(*words: str) -> None:
    try:
        ended = subprocess.run(["docker", *words], cwd=PROJECT, check=False).returncode
    except FileNotFoundError:
        raise ServerError(
            "SHOPFLOW_BUILD_IMAGE is set, but Docker is not installed: unset it, and name an image that is there"
        ) from None
    if ended:
        raise ServerError(f"`docker {' '.join(words)}` failed with exit code {ended}; what it said stands above")

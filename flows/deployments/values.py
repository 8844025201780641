"""What prefect.yaml takes from the settings of the shell that deploys: `{{ shop.… }}`."""

from __future__ import annotations

import shlex
import sys
from typing import Any

from flows import __version__
from flows.demo import demo_home
from flows.deployments.pools import CLOUD_RUN
from flows.settings import PREFIX, PROJECT, Settings, load_settings

IMAGE_PROJECT, IMAGE_HOME = "/app", "/data"  # where deployments/Dockerfile puts them
HERE_ALONE = {"build_image", "server_port"}  # of no use to a run, which is told its server by the worker
PATIENCE = 7  # times that a run asks a server again that is away: 2, 4, 8 … seconds later, four minutes in all
HEARTBEAT_SECONDS = 30  # a run that dies with its worker is missed after three of them


def shop(pool: str | None = None) -> dict[str, Any]:
    """The values, by name. A step of prefect.yaml, which Prefect calls; it deploys for the pool that Prefect is set to.

    `env` is what a run gets: every setting that is set here, and the home. Raises SettingsError.
    """
    settings, is_in_cloud = load_settings(), (pool or pool_of_prefect()) == CLOUD_RUN.name
    home = IMAGE_HOME if is_in_cloud else str(settings.home)
    env = {
        **settings_env(settings),
        variable("home"): home,
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_SECONDS),
        "PREFECT_CLIENT_MAX_RETRIES": str(PATIENCE),
    }
    return {
        "command": f"{'python' if is_in_cloud else shlex.quote(sys.executable)} -m flows.server.engine",
        "demo_env": env | _demo(settings, home),
        "env": env,
        "is_free": settings.target == "duckdb",
        "project": IMAGE_PROJECT if is_in_cloud else str(PROJECT),
        "tags": ["shopflow", settings.target],
        "timezone": settings.reporting_timezone,
        "version": __version__,
    }


def _demo(settings: Settings, home: str) -> dict[str, str]:
    """Where the demo shop lies: apart from the shop's own numbers, whichever the target.

    What is the shop's own is named and not left out: a worker that has it in its own environment hands it on.
    """
    told = {"inbox": "", "inbox_deployment": "", "alert_blocks": ""}
    told["home"] = home if home == IMAGE_HOME else str(demo_home(settings))
    told["lake"] = f"{settings.lake}/demo" if settings.is_in_bucket else Settings.model_fields["lake"].default
    if settings.target == "bigquery":
        told["bigquery_dataset_prefix"] = f"{settings.bigquery_dataset_prefix}demo_"
    return {variable(name): value for name, value in told.items()}


def settings_env(settings: Settings) -> dict[str, str]:
    """Every setting that is set here, and the home, as variables of another process."""
    told = {variable(name): _text(settings, name) for name in sorted(settings.model_fields_set - HERE_ALONE)}
    return told | {variable("home"): str(settings.home)}


def variable(name: str) -> str:
    """The variable of a setting."""
    return f"{PREFIX}{name.upper()}"


def _text(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    return str(value)


def pool_of_prefect() -> str | None:
    """The work pool that Prefect is set to deploy for."""
    from prefect.settings import get_current_settings

    return get_current_settings().deployments.default_work_pool_name

"""`shopflow deploy`: server, work pool, worker and deployments, and a screen that says what there is now."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
from rich.table import Table

from flows import server
from flows.commands.plain import plain_console
from flows.deployments.pools import POOLS, PROCESS, Pool, require
from flows.deployments.values import settings_env
from flows.errors import ServerError, SettingsError
from flows.server import Server, companions
from flows.settings import Settings, load_settings

if TYPE_CHECKING:
    from prefect.client.schemas.responses import DeploymentResponse


def deploy_all(kind: str, *, with_worker: bool = True) -> None:
    """Bring server, pool, worker and deployments to what prefect.yaml and the settings say, and print what there is.

    The server is the user's own where PREFECT_API_URL is set, else the home's, started if there is none. Given again,
    it changes only what differs. Raises SettingsError for a pool that is not one of ours, ServerError where the server
    refuses; what was done before that stays, and the same command goes on from there.
    """
    if (pool := POOLS.get(kind)) is None:
        raise SettingsError(f"there is no pool {kind}: --pool takes {' or '.join(POOLS)}")
    settings = load_settings()
    require(pool, settings)
    from flows.deployments import image

    image.build(pool.name)
    image.push(pool.name)
    found = server.start(settings)
    os.environ.update(found.environment())  # for Prefect, which is imported while the server starts
    from prefect.client.orchestration import get_client

    from flows.deployments import pools
    from flows.deployments.put import put

    server.wait(found)
    with _server_errors(found), get_client(sync_client=True) as client:
        pools.put(client, pool, settings)
        if with_worker:
            if pool == PROCESS:
                companions.start(companions.WORKER, settings, found, pool.name)  # starts while we deploy
            companions.start(companions.WATCHER, settings, found, env=settings_env(settings))
        changed, deployments = put(client, pool)
    _show(settings, found, pool, changed, deployments, with_worker)


@contextmanager
def _server_errors(found: Server) -> Iterator[None]:
    try:
        yield
    except httpx.HTTPError as error:
        raise ServerError(f"the Prefect server at {found.ui_url} refused, or went away: {error}") from error


def _show(
    settings: Settings,
    found: Server,
    pool: Pool,
    changed: list[str],
    deployments: dict[str, DeploymentResponse],
    with_worker: bool,
) -> None:
    console = plain_console(soft_wrap=True)
    console.print(f"Prefect      {found.ui_url}")
    if not with_worker:
        console.print(f"Worker       yours to start: prefect worker start --pool {pool.name}, and shopflow watch")
    elif pool == PROCESS:
        log = companions.WORKER.log(settings.prefect_home)
        console.print(f"Worker       in the background, for the work pool {pool.name}; its log: {log}")
    else:
        console.print(f"Worker       yours to start, on Google Cloud: prefect worker start --pool {pool.name}")
        if found.folder is not None:
            console.print(
                "             It cannot reach this server, which is on this machine only: set PREFECT_API_URL"
            )
    if with_worker:
        console.print(f"Watcher      in the background; its log: {companions.WATCHER.log(settings.prefect_home)}")
    told = f"{len(changed)} of {len(deployments)} changed" if changed else f"{len(deployments)}, as they were"
    console.print(f"Deployments  {told}\n")
    console.print(_table(deployments))
    address = "" if found.folder is None else f"PREFECT_API_URL={found.api_url} "
    console.print(f"\nRun one now  in the UI, or: {address}prefect deployment run pipeline/daily")
    console.print("End it       shopflow stop")


def _table(deployments: dict[str, DeploymentResponse]) -> Table:
    shown = Table(box=None, pad_edge=False)
    for heading in ("deployment", "schedule", "next run"):
        shown.add_column(heading)
    for name, deployment in deployments.items():
        schedules: list[Any] = list(deployment.schedules)
        if not schedules:
            shown.add_row(name, "", "when somebody asks for it")
        for each in schedules:
            is_on = each.active and not deployment.paused
            next_run = _next(each.schedule) if is_on else "paused: switch it on in the UI"
            shown.add_row(name, _rule(each.schedule), next_run)
    return shown


def _rule(schedule: Any) -> str:
    return f"{schedule.cron} {schedule.timezone or 'UTC'}" if _is_cron(schedule) else "somebody's own, made in the UI"


def _next(schedule: Any) -> str:
    """When a schedule fires next, in its own time zone."""
    from prefect.server.schemas.schedules import CronSchedule

    if not _is_cron(schedule):
        return "see the UI"
    rule = CronSchedule(cron=schedule.cron, timezone=schedule.timezone)
    (at,) = asyncio.run(rule.get_dates(n=1, start=datetime.now(UTC)))
    return f"{at:%a %Y-%m-%d %H:%M}"


def _is_cron(schedule: Any) -> bool:
    return hasattr(schedule, "cron")

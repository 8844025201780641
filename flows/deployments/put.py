"""Put the deployments of prefect.yaml on a Prefect server, by Prefect's own command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flows.deployments.pools import Pool
from flows.deployments.rendered import differing, on_server, rendered
from flows.deployments.values import variable
from flows.errors import ServerError
from flows.settings import PROJECT

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.responses import DeploymentResponse


def put(client: SyncPrefectClient, pool: Pool) -> tuple[list[str], dict[str, DeploymentResponse]]:
    """Deploy what differs from what the server has: the names of that, and all deployments by name as they are then.

    A schedule that somebody has paused or switched on stays so, unless the target is another one than before: then it
    is as the file says. One that somebody has made in the UI stays, too, paused if the target is another one. Raises
    ServerError with what Prefect's command said where it failed.
    """
    wanted = rendered(pool)
    before = _read(client, wanted)
    changed = differing(wanted, {name: on_server(found) for name, found in before.items()})
    if changed:
        _deploy(changed, pool)
        after = _read(client, wanted)
        for name in changed:
            if name in before:
                _restore(client, before[name], after[name])
    return changed, _read(client, wanted)


def _read(client: SyncPrefectClient, names: Iterable[str]) -> dict[str, DeploymentResponse]:
    from prefect.exceptions import ObjectNotFound

    found = {}
    for name in names:
        try:
            found[name] = client.read_deployment_by_name(name)
        except ObjectNotFound:
            continue
    return found


def _deploy(names: list[str], pool: Pool) -> None:
    # By their own names: Prefect takes the function's name for the flow's in full ones.
    chosen = [word for name in names for word in ("--name", name.partition("/")[2])]
    ran = subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", "deploy", *chosen],
        cwd=PROJECT,
        # The image was built before, if it was asked for: see flows/commands/deploy.py.
        env={**os.environ, "PREFECT_DEFAULT_WORK_POOL_NAME": pool.name, variable("build_image"): "false"},
        capture_output=True,
        text=True,
    )
    if ran.returncode != 0:
        told = [line for line in (ran.stderr + ran.stdout).splitlines() if line.strip()]
        raise ServerError(f"Prefect refused the deployments: {' '.join(told[-3:]) or 'it said nothing'}")


def _restore(client: SyncPrefectClient, before: DeploymentResponse, after: DeploymentResponse) -> None:
    is_as_before = before.tags == after.tags  # the target is one of them
    chosen = {schedule.slug: schedule.active for schedule in before.schedules}
    for schedule in after.schedules if is_as_before else ():
        active = chosen.get(schedule.slug, schedule.active)
        if active != schedule.active:
            client.update_deployment_schedule(after.id, schedule.id, active=active)
    there = {schedule.id for schedule in after.schedules}
    for own in before.schedules:
        if own.slug is None and own.id not in there:  # made in the UI: Prefect's command drops it
            active = bool(own.active and is_as_before)
            (made,) = client.create_deployment_schedules(after.id, [(own.schedule, active)])
            client.update_deployment_schedule(after.id, made.id, parameters=own.parameters)

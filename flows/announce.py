"""Announce: files have arrived in the inbox, so Prefect is told, and a run is begun where one is to be."""

from __future__ import annotations

# ruff: noqa: E402
from flows.quiet import quiet

quiet()  # before Prefect is imported

import hashlib
from collections.abc import Iterator, Sequence
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.deployments import run_deployment
from prefect.events.schemas.events import Event, Resource
from prefect.exceptions import ObjectNotFound
from prefect.types._datetime import now

from flows.errors import SettingsError
from flows.inbox import Found, arrived, key_of, told
from flows.settings import Settings
from flows.story import count_of

EVENT = "shopflow.files.arrived"
NAMES_TOLD = 50


def announce(settings: Settings) -> Iterator[str]:
    """Look into the inbox once; of files that have come since the last run looked, tell Prefect. One line is yielded.

    The event `shopflow.files.arrived` is for a deployment's trigger. A server without automations needs none: the
    deployment `settings.inbox_deployment` is started, once for the same files however often they are announced and by
    however many watchers. Files that were told are not told again. Neither a file nor the warehouse is opened.

    Raises what Prefect's client raises where its server is away: then nothing was told, and the next call tells it.
    SettingsError where there is no such deployment, or no such inbox.

    >>> list(announce(settings))  # doctest: +SKIP
    ['2 files have arrived in /srv/inbox, a run of pipeline/hourly was begun']
    """
    files = arrived(settings)
    if not files:
        return
    begun = ""
    if settings.inbox_deployment:
        _begin(settings, files)
        begun = f", a run of {settings.inbox_deployment} was begun"
    with get_client(sync_client=True) as client:
        _emit(client, settings, files)
    told(settings, files)
    yield f"{count_of(len(files), 'file')} arrived in {settings.inbox}{begun}"


def _begin(settings: Settings, files: Sequence[Found]) -> None:
    try:
        run_deployment(
            settings.inbox_deployment, timeout=0, as_subflow=False, idempotency_key=f"inbox-{key_of(settings, files)}"
        )
    except ObjectNotFound as error:
        raise SettingsError(
            f"SHOPFLOW_INBOX_DEPLOYMENT is {settings.inbox_deployment}, which the Prefect server does not have"
        ) from error


def _emit(client: SyncPrefectClient, settings: Settings, files: Sequence[Found]) -> None:
    inbox = hashlib.sha256(f"{settings.home} {settings.inbox}".encode()).hexdigest()[:12]
    event = Event(
        id=UUID(key_of(settings, files)),  # told twice it is one event
        occurred=now("UTC"),
        event=EVENT,
        resource=Resource({"prefect.resource.id": f"shopflow.inbox.{inbox}", "prefect.resource.name": settings.inbox}),
        payload={
            "inbox": settings.inbox,
            "files": len(files),
            "bytes": sum(file.bytes for file in files),
            "names": [file.address for file in files[:NAMES_TOLD]],
        },
    )
    client.request("POST", "/events", json=[event.model_dump(mode="json", exclude={"received"})]).raise_for_status()

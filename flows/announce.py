"""Announce: files have arrived in the inbox, so Prefect is told, and a run is begun where one is to be."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.deployments import run_deployment
from prefect.events.schemas.events import Event, Resource
from prefect.exceptions import ObjectNotFound
from prefect.types._datetime import now

from flows.errors import SettingsError
from flows.inbox import Found, arrived, heeded, key_of, told, unheeded
from flows.inbox.seen import Told
from flows.settings import Settings
from flows.story import count_of

EVENT = "shopflow.files.arrived"
NAMES_TOLD = 50


def announce(settings: Settings, at: datetime | None = None) -> Iterator[str]:
    """Look into the inbox once; of files that have come since the last run looked, tell Prefect. One line is yielded.

    The event `shopflow.files.arrived` is for a deployment's trigger. A server without automations needs none: the
    deployment `settings.inbox_deployment` is started, once for the same files however often they are announced and by
    however many watchers. Files that were told are not told again, unless the run that was begun for them has ended
    and no run has seen them: it was cancelled, as another one was at work, or failed before it looked. Then another
    one is begun, after a minute at first and at most every quarter of an hour. Neither a file nor the warehouse is
    opened.

    Raises what Prefect's client raises where its server is away: then nothing was told, and the next call tells it.
    SettingsError where there is no such deployment, or no such inbox.

    >>> list(announce(settings))  # doctest: +SKIP
    ['2 files arrived in /srv/inbox, a run of pipeline/hourly was begun']
    """
    at = at or datetime.now(UTC)
    lost = _lost(settings, unheeded(settings, at)) if settings.inbox_deployment else []
    files = arrived(settings, again=lost)
    if not files:
        if lost:
            told(settings, (), now=at)  # they are gone, or were seen meanwhile
        return
    known = frozenset[str]().union(*(each.marks for each in lost))
    attempt = 1 + max(each.attempt for each in lost) if known.intersection(file.mark for file in files) else 0
    begun = run_id = ""
    if settings.inbox_deployment:
        run_id = _begin(settings, files, attempt)
        begun = f", a run of {settings.inbox_deployment} was begun{' again' if attempt else ''}"
    if new := [file for file in files if file.mark not in known]:
        with get_client(sync_client=True) as client:
            _emit(client, settings, new)
    told(settings, files, run_id, attempt, at)
    yield f"{count_of(len(files), 'file')} arrived in {settings.inbox}{begun}"


def _lost(settings: Settings, before: Sequence[Told]) -> list[Told]:
    """Those whose runs have ended without a look at the files, as far as another one may help.

    A run elsewhere, as in a container, leaves no note here of what it has seen: one that ended well has seen them, and
    one that failed is tried again twice.
    """
    lost, done = list[Told](), list[Told]()
    for each in before:
        with get_client(sync_client=True) as client:
            try:
                state = client.read_flow_run(UUID(each.run_id)).state
            except ObjectNotFound:  # the history of runs was deleted
                state = None
        if state is None or state.is_cancelled():
            lost.append(each)
        elif state.is_final():
            (done if state.is_completed() or each.attempt >= 2 else lost).append(each)
    if done:
        heeded(settings, done)
    return lost


def _begin(settings: Settings, files: Sequence[Found], attempt: int) -> str:
    key = f"inbox-{key_of(settings, files, attempt)}"
    try:
        run = run_deployment(settings.inbox_deployment, timeout=0, as_subflow=False, idempotency_key=key)
    except ObjectNotFound as error:
        raise SettingsError(
            f"SHOPFLOW_INBOX_DEPLOYMENT is {settings.inbox_deployment}, which the Prefect server does not have"
        ) from error
    return str(run.id)  # type: ignore[union-attr]  # a coroutine only where a loop runs


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

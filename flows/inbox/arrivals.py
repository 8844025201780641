"""What has arrived since the last run looked, for whoever watches the inbox."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from flows.inbox.found import Found
from flows.inbox.place import place_of
from flows.inbox.seen import BY_RUNS, BY_WATCHERS, read_seen, write_seen
from flows.settings import Settings


def arrived(settings: Settings) -> list[Found]:
    """The files in the inbox that have arrived and settled since the last run of this home looked, and since `told`.

    Cheap enough for every few seconds: one listing, no file and no warehouse is opened. Empty where no inbox is set.
    Raises SourceError, StorageError or SettingsError where there is none to look into.

    >>> [found.address for found in arrived(settings)]  # doctest: +SKIP
    ['/srv/inbox/2025-11-01.parquet']
    """
    if not settings.inbox:
        return []
    seen = read_seen(settings, BY_RUNS) | read_seen(settings, BY_WATCHERS)
    return [found for found in place_of(settings).look().found if found.mark not in seen]


def told(settings: Settings, files: Iterable[Found]) -> None:
    """Remember that these files were told to somebody: `arrived` leaves them out from now on."""
    there = {found.mark for found in place_of(settings).look().found}
    marks = read_seen(settings, BY_WATCHERS) | {found.mark for found in files}
    write_seen(settings, BY_WATCHERS, (marks & there) - read_seen(settings, BY_RUNS))


def key_of(settings: Settings, files: Iterable[Found]) -> str:
    """The same for the same files, however often they are told: what a run that they start is known by."""
    marks = sorted({found.mark for found in files})
    return hashlib.sha256(json.dumps([settings.inbox, *marks]).encode()).hexdigest()[:32]

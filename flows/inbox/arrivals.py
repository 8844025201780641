"""What has arrived since the last run looked, for whoever watches the inbox."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from flows.inbox.found import Found
from flows.inbox.place import place_of
from flows.inbox.seen import Told, read_seen, read_told, write_told
from flows.settings import Settings

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=15)


def arrived(settings: Settings, again: Iterable[Told] = ()) -> list[Found]:
    """The files in the inbox that have arrived and settled since the last run of this home looked, and since `told`.

    Those of `again` count as never told. Cheap enough for every few seconds: one listing, no file and no warehouse is
    opened. Empty where no inbox is set. Raises SourceError, StorageError or SettingsError where there is none to look
    into.

    >>> [found.address for found in arrived(settings)]  # doctest: +SKIP
    ['/srv/inbox/2025-11-01.parquet']
    """
    if not settings.inbox:
        return []
    again = list(again)
    known = read_seen(settings).union(*(told.marks for told in read_told(settings) if told not in again))
    return [found for found in place_of(settings).look().found if found.mark not in known]


def told(
    settings: Settings, files: Iterable[Found], run_id: str = "", attempt: int = 0, now: datetime | None = None
) -> None:
    """Remember that these files were told to somebody: `arrived` leaves them out from now on.

    `run_id` is the run that was begun for them, if one was, for the time of that number; earlier ones count no more.
    """
    seen, there = read_seen(settings), {found.mark for found in place_of(settings).look().found}
    marks = frozenset(found.mark for found in files)
    before = [each.without(marks | seen).within(there) for each in read_told(settings)]
    write_told(settings, [*before, Told(marks - seen, now or datetime.now(UTC), run_id, attempt)])


def unheeded(settings: Settings, now: datetime) -> list[Told]:
    """What was told, is still not seen by any run, and long enough ago for a question about the run that was begun.

    That is a minute, then two, four … a quarter of an hour: where each run is cancelled, for another one is at work.
    """
    seen = read_seen(settings)
    told = [each for each in read_told(settings) if each.run_id and each.marks - seen]
    return [each for each in told if abs(now - each.at) >= min(FIRST_PAUSE * 2 ** min(each.attempt, 9), LONGEST_PAUSE)]


def heeded(settings: Settings, done: Sequence[Told]) -> None:
    """Remember of these that their runs have ended and nothing more is to be begun."""
    write_told(settings, [replace(each, run_id="") if each in done else each for each in read_told(settings)])


def key_of(settings: Settings, files: Sequence[Found], attempt: int = 0) -> str:
    """The same for the same files, however often they are told: what a run that they start is known by.

    Another `attempt` is another run.
    """
    named = [settings.inbox, *sorted({found.mark for found in files}), *([attempt] if attempt else [])]
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()[:32]

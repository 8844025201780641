"""Notes in the home on which files were seen, by their marks: enough to tell what has come since, without a warehouse.

    <home>/.inbox/seen.json    what runs have seen
    <home>/.inbox/told.json    what a watcher has told, when, and which run it has begun for that

A note that is lost means that something is told once more. It decides nothing about what is loaded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from flows.inbox.place import own_folder
from flows.settings import Settings

BY_RUNS, BY_WATCHERS = "seen.json", "told.json"


@dataclass(frozen=True)
class Told:
    """That files were told, by their marks; `run_id` is the run that was begun, "" where none was; attempts from 0."""

    marks: frozenset[str]
    at: datetime
    run_id: str = ""
    attempt: int = 0

    def without(self, marks: Set[str]) -> Told:
        return replace(self, marks=self.marks - marks)

    def within(self, marks: Set[str]) -> Told:
        return replace(self, marks=self.marks & marks)


def read_seen(settings: Settings) -> frozenset[str]:
    """The marks of what runs have seen; none where the note is not there, or of another inbox."""
    with suppress(ValueError, TypeError):
        return frozenset(_read(settings, BY_RUNS))
    return frozenset()


def write_seen(settings: Settings, marks: Iterable[str]) -> None:
    """Put these marks in the place of those before. A disk that refuses is no matter."""
    _write(settings, BY_RUNS, sorted(marks))


def read_told(settings: Settings) -> list[Told]:
    """What was told, the oldest first."""
    with suppress(ValueError, TypeError):
        return [
            Told(frozenset(marks), datetime.fromisoformat(at).astimezone(UTC), str(run_id), int(attempt))
            for marks, at, run_id, attempt in _read(settings, BY_WATCHERS)
        ]
    return []


def write_told(settings: Settings, told: Iterable[Told]) -> None:
    """Put this in the place of what was told before, without what has no marks. A disk that refuses is no matter."""
    noted = [[sorted(each.marks), each.at.isoformat(), each.run_id, each.attempt] for each in told if each.marks]
    _write(settings, BY_WATCHERS, noted)


def _read(settings: Settings, name: str) -> list[Any]:
    with suppress(OSError, ValueError, KeyError, TypeError):
        noted = json.loads((own_folder(settings) / name).read_text())
        if noted["inbox"] == settings.inbox:
            return list(noted["noted"])
    return []


def _write(settings: Settings, name: str, noted: list[Any]) -> None:
    path = own_folder(settings) / name
    draft = path.with_name(f"{name}.draft")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps({"inbox": settings.inbox, "noted": noted}))
        draft.replace(path)

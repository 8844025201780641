"""Notes in the home on which files were seen, by their marks: enough to tell what has come since, without a warehouse.

A note that is lost means that something is told once more. It decides nothing about what is loaded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from flows.inbox.place import own_folder
from flows.settings import Settings

BY_RUNS, BY_WATCHERS = "seen.json", "told.json"


def read_seen(settings: Settings, by: str) -> frozenset[str]:
    """The marks in a note; none where it is not there, or of another inbox."""
    with suppress(OSError, ValueError):
        noted = json.loads((own_folder(settings) / by).read_text())
        if noted["inbox"] == settings.inbox:
            return frozenset(noted["marks"])
    return frozenset()


def write_seen(settings: Settings, by: str, marks: Iterable[str]) -> None:
    """Put these marks in the place of those before. A disk that refuses is no matter."""
    path: Path = own_folder(settings) / by
    draft = path.with_name(f"{by}.draft")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps({"inbox": settings.inbox, "marks": sorted(marks)}))
        draft.replace(path)

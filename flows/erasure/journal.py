"""An erasure's own file: begun before the first row is touched, and at the end the receipt for an auditor.

<home>/erasures/20251101T060000Z-1a2b3c4d.json     no id, no name; readable by its owner alone

Where the lake is in a bucket they lie in it, below `erasures/`: the next attempt may have a home that is new, such as a
container's.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from flows.checks.tombstones import write_private
from flows.errors import StorageError
from flows.lake import Lake
from flows.receipts import Counted, Erased
from flows.settings import Settings

_ERASED = TypeAdapter(Erased)


def folder(settings: Settings) -> Path:
    return (settings.lake_folder if settings.is_in_bucket else settings.home) / "erasures"


def path_of(settings: Settings, erased: Erased) -> Path:
    """Where its file is."""
    return folder(settings) / f"{erased.erasure_id}.json"


def write(settings: Settings, erased: Erased) -> None:
    """On the disk for good at the return, and in the lake's bucket. Raises OSError or StorageError where that fails."""
    path = path_of(settings, erased)
    write_private(path, _ERASED.dump_json(erased, indent=2))
    Lake.of(settings).keep([path])


def of_subject(settings: Settings, subject: str) -> list[Erased]:
    """The erasures of one person, the oldest first. Raises StorageError for a file that is none or cannot be read."""
    return [erased for erased in _all(settings) if erased.subject == subject]


def unfinished(settings: Settings) -> list[Erased]:
    """Erasures that were begun and not proved: they were cut off, or something was still found. Raises as
    `of_subject` does."""
    return [erased for erased in _all(settings) if erased.completed_at is None]


def merged(earlier: dict[str, Counted], found: dict[str, Counted]) -> dict[str, Counted]:
    """The rows of two attempts: what the first one counted and did not get to is counted by the second one, too."""
    together: dict[str, Counted] = {}
    for counted in (earlier, found):
        for place, tables in counted.items():
            for table, batches in tables.items():
                cells = together.setdefault(place, {}).setdefault(table, {})
                for batch_id, rows in batches.items():
                    cells[batch_id] = max(rows, cells.get(batch_id, 0))
    return together


def _all(settings: Settings) -> Iterator[Erased]:
    Lake.of(settings).bring_all(folder(settings), anew=True)
    for path in sorted(folder(settings).glob("*.json")):
        try:
            yield _ERASED.validate_json(path.read_bytes())
        except OSError as error:
            raise StorageError(f"{path} cannot be read: {error.strerror}") from error
        except ValidationError as error:
            raise StorageError(f"{path} is no receipt of an erasure: take it away and run again") from error

"""Files of the inbox that nothing is known of yet are read, each content once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from flows.inbox.found import Found
from flows.inbox.place import Place
from flows.land import take
from flows.receipts import RefusedFile, SourceFile
from flows.sources.stamp import CHANGED, mark_of, stamp


@dataclass(frozen=True)
class Read:
    """A file that was read: its content ("" where it may not be read at all), and what it is as a source.

    `taken` is None where it changed meanwhile or is gone: it is not what was found.
    """

    found: Found
    sha256: str = ""
    taken: SourceFile | RefusedFile | None = None


def read_new(place: Place, files: Sequence[Found], format: str | None, threads: int) -> list[Read]:
    """Each of the files, in their order; several at once."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(partial(_read, place, format), files))


def _read(place: Place, format: str | None, found: Found) -> Read:
    path = place.bring(found)
    if path is None:
        return Read(found)
    taken = take(path, format)
    if found.path and mark_of(found.address, stamp(path)) != found.mark:
        return Read(found)
    if isinstance(taken, SourceFile):
        return Read(found, taken.sha256, replace(taken, address="" if found.path else found.address, mark=found.mark))
    return (
        Read(found) if taken.reason == CHANGED else Read(found, _digest(path), RefusedFile(found.address, taken.reason))
    )


def _digest(path: Path) -> str:
    with suppress(OSError), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
    return ""

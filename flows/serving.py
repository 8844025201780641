"""The serving folder: versioned copies of the marts, and one link that says which of them is current.

marts-000012-20251101T060000Z.duckdb     the twelfth copy; numbers only grow
current.duckdb -> marts-000012-…         swapped by a rename, so it always points at a whole file
.draft-…                                 being written; swept away by the next publication
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from flows.disk import to_disk
from flows.errors import StorageError
from flows.settings import Settings

_NAME = re.compile(r"marts-(\d{6,})-\d{8}T\d{6}Z\.duckdb")


def current(settings: Settings) -> Path | None:
    """The real path of the current copy, or None while nothing was published. Open it read-only, by this path."""
    link = _link(settings)
    return link.resolve() if link.exists() else None


def versions(settings: Settings) -> list[Path]:
    """All whole copies, oldest first."""
    return [path for _, path in _numbered(settings.serving)]


@contextmanager
def draft(settings: Settings, now: datetime) -> Iterator[Path]:
    """A path for the next copy to be written to; its name without `.draft-` and suffix is the version.

    At the end of the block it becomes a whole copy, on the disk for good, but not yet the current one. If the block
    fails nothing is left of it. Raises StorageError if the folder cannot be written. One publisher at a time.
    """
    folder = settings.serving
    with _storage(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        last = max((number for number, _ in _numbered(folder)), default=0)
        name = f"marts-{last + 1:06d}-{now:%Y%m%dT%H%M%SZ}.duckdb"
        path = folder / f".draft-{name}"
    try:
        yield path
        with _storage(folder):
            to_disk(path)
            path.rename(folder / name)
            to_disk(folder)
    except BaseException:
        _sweep(folder)
        raise


def make_current(settings: Settings, copy: Path) -> None:
    """Point the link at `copy`, a file of the folder, in one step: readers see the old one or the new one.

    Raises StorageError if the link cannot be written; the old one then still stands.
    """
    folder = settings.serving
    fresh = folder / f".draft-{_link(settings).name}"
    with _storage(folder):
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(copy.name)
        fresh.replace(_link(settings))
        to_disk(folder)


def keep_only_last(settings: Settings) -> list[Path]:
    """Delete all but the last `settings.serving_copies` copies, never the current one; the deleted ones.

    Whoever has an old copy open keeps reading it. Raises StorageError if one cannot be deleted.
    """
    old = versions(settings)[: -settings.serving_copies]
    gone = [path for path in old if path.resolve() != current(settings)]
    with _storage(settings.serving):
        for path in gone:
            path.unlink()
    return gone


def _link(settings: Settings) -> Path:
    return settings.serving / "current.duckdb"


def _numbered(folder: Path) -> list[tuple[int, Path]]:
    paths = folder.iterdir() if folder.is_dir() else ()
    return sorted((int(name[1]), path) for path in paths if (name := _NAME.fullmatch(path.name)))


def _sweep(folder: Path) -> None:
    for left in folder.glob(".draft-*"):
        left.unlink(missing_ok=True)


@contextmanager
def _storage(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(f"cannot write the serving folder {folder}: {error.strerror or error}") from error

"""The serving folder: versioned copies of the marts, and one link that says which of them is current.

marts-000012-20251101T060000Z.duckdb     the twelfth copy; numbers only grow
current.duckdb -> marts-000012-…         swapped by a rename, so it always points at a whole file
.spare-marts-000009-…                    the last copy that was taken out of service; it becomes the next one
.draft-…                                 being written; swept away by the next publication
"""

from __future__ import annotations

import errno
import re
import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from flows.disk import is_open, to_disk
from flows.errors import StorageError
from flows.settings import Settings

_NAME = re.compile(r"marts-(\d{6,})-\d{8}T\d{6}Z\.duckdb")
_SPARE = ".spare-"
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def current(settings: Settings) -> Path | None:
    """The real path of the current copy, or None while nothing was published. Open it read-only, by this path."""
    link = _link(settings)
    return link.resolve() if link.exists() else None


def versions(settings: Settings) -> list[Path]:
    """All whole copies, oldest first."""
    return [path for _, path in _numbered(_files(settings.serving))]


def kept(settings: Settings) -> list[str]:
    """The versions of all whole copies and of the spare one."""
    files = [*versions(settings), *settings.serving.glob(f"{_SPARE}*")]
    return [path.stem.removeprefix(_SPARE) for path in files]


@contextmanager
def draft(settings: Settings, now: datetime, reusable: Collection[str] = ()) -> Iterator[Path]:
    """A path for the next copy to be written to; its name without `.draft-` and suffix is the version.

    Where the spare copy is one of the `reusable` versions, those that the warehouse knows, and nobody has it open, it
    lies at the path, to be brought up to date; else a copy of the current one, if that is; else nothing.

    At the end of the block it becomes a whole copy, on the disk for good, but not yet the current one. If the block
    fails nothing is left of it. Raises StorageError if the folder cannot be written. One publisher at a time.
    """
    folder = settings.serving
    with _storage(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        # Lost copies count as well: who has one open would go on reading it under the name of a new one.
        known = [folder / f"{version}.duckdb" for version in reusable]
        last = max((number for number, _ in _numbered([*_files(folder), *known])), default=0)
        name = f"marts-{last + 1:06d}-{now:%Y%m%dT%H%M%SZ}.duckdb"
        path = folder / f".draft-{name}"
    try:
        with _storage(folder):
            _lay_out(settings, path, reusable)
        yield path
        with _storage(folder):
            to_disk(path)
            path.rename(folder / name)
            to_disk(folder)
    except BaseException:
        _sweep(folder)
        raise


def _lay_out(settings: Settings, path: Path, reusable: Collection[str]) -> None:
    for spare in settings.serving.glob(f"{_SPARE}*"):
        # Renamed before it is looked at: from then on nobody new can open it.
        spare.rename(path)
        if spare.stem.removeprefix(_SPARE) not in reusable or is_open(path):
            path.unlink()
    latest = current(settings)
    if not path.exists() and latest is not None and latest.stem in reusable:
        shutil.copyfile(latest, path)


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


def not_kept(settings: Settings) -> list[Path]:
    """The copies in service beyond the last `settings.serving_copies`, but never the current one."""
    old = versions(settings)[: -settings.serving_copies]
    return [path for path in old if path.resolve() != current(settings)]


def keep_only_last(settings: Settings) -> list[Path]:
    """Take all but the last `settings.serving_copies` copies out of service, never the current one; these copies.

    The youngest of them becomes the spare one, which no reader finds; the others are deleted. Whoever has an old copy
    open keeps reading it. Raises StorageError if one cannot be deleted.
    """
    gone = not_kept(settings)
    with _storage(settings.serving):
        for path in gone:
            for spare in settings.serving.glob(f"{_SPARE}*"):
                spare.unlink()
            path.rename(path.with_name(f"{_SPARE}{path.name}"))
    return gone


def keep_only_current(settings: Settings) -> list[Path]:
    """Delete every file of the folder but the current copy, drafts as well; the copies among them. Raises StorageError
    if one cannot be deleted."""
    now, gone = current(settings), []
    with _storage(settings.serving):
        for path in settings.serving.glob("*") if settings.serving.is_dir() else ():
            if not path.is_symlink() and path.is_file() and path.resolve() != now:
                path.unlink()
                gone.append(path)
    return [path for path in gone if path.suffix == ".duckdb"]


def _link(settings: Settings) -> Path:
    return settings.serving / "current.duckdb"


def _files(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _numbered(paths: Iterable[Path]) -> list[tuple[int, Path]]:
    return sorted((int(name[1]), path) for path in paths if (name := _NAME.fullmatch(path.name)))


def _sweep(folder: Path) -> None:
    for left in folder.glob(".draft-*"):
        left.unlink(missing_ok=True)


@contextmanager
def _storage(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = "no room left to write" if error.errno in _NO_ROOM else "cannot write"
        raise StorageError(f"{what} the serving folder {folder}: {error.strerror or error}") from error

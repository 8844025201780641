"""Which files a user means by the paths that they give: files, folders with all that lies in them, and globs."""

from __future__ import annotations

import difflib
import glob
import os
import re
import stat
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

from flows.receipts import RefusedFile

# What tools leave beside data and what uploads are called before they are complete. A file or folder that the user
# names outright is read whatever it is called.
BESIDE_DATA = (
    ".*",
    "_SUCCESS",
    "_committed_*",
    "_started_*",
    "_metadata",
    "_common_metadata",
    "_temporary",
    "_delta_log",
    "__MACOSX",
    "Thumbs.db",
    "desktop.ini",
    "*~",
    "*.crc",
    "*.md",
    "*.md5",
    "*.sha256",
    "*.swp",
    "*.tmp",
    "*.part",
    "*.partial",
    "*.crdownload",
    "*.filepart",
)


def find(sources: Iterable[str | Path]) -> tuple[list[Path], list[RefusedFile]]:
    """The files behind `sources`, each once however often it is reached, in order of their paths.

    A path that exists is taken as it is written; only one that does not is read as a glob (`*`, `?`, `[…]`, `**`).
    Nothing is opened and nothing raised: what leads nowhere is returned as refused.

    >>> find(["no/such/file.csv"])[1][0].reason
    'does not exist: there is no folder no'
    """
    files: dict[str, Path] = {}
    refused: dict[str, RefusedFile] = {}
    for source in sources:
        for found in _behind(os.fspath(source)):
            if isinstance(found, RefusedFile):
                refused.setdefault(found.path, found)
            else:
                real = os.path.realpath(found)
                files[real] = min(found, files.get(real, found), key=str)
    return sorted(files.values(), key=str), sorted(refused.values(), key=lambda file: file.path)


def shown(path: str | Path) -> str:
    """The path as it can be printed: bytes that are no text and control characters are written as escapes."""
    text = os.fspath(path).encode("utf-8", "backslashreplace").decode()
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def as_pattern(path: str | Path) -> str:
    """The path for DuckDB, which reads every path as a glob, even one that exists.

    >>> as_pattern("sales [1].csv")
    'sales [[]1].csv'
    """
    return re.sub(r"([\[*?])", r"[\1]", os.fspath(path))


def refusal(path: str | Path, why: str) -> RefusedFile:
    """A path that is refused; its name and `why` make one sentence."""
    return RefusedFile(shown(path), why)


def _behind(source: str) -> Iterator[Path | RefusedFile]:
    if not source.strip():
        yield RefusedFile(f"'{source}'", "is an empty path: name a file, a folder or a glob")
    elif re.match(r"[a-z][a-z0-9+.-]+://", source):
        yield refusal(source, "is an address, and only files and folders of this machine are read: copy it here first")
    elif (problem := _cannot_be_reached(source)) is None:
        yield from _below(Path(source))
    elif problem:
        yield refusal(source, problem)
    elif glob.has_magic(source):
        yield from _matching(source)
    elif source.startswith("~") and os.path.lexists(home := os.path.expanduser(source)):  # noqa: PTH111 - Path raises
        yield from _below(Path(home))
    else:
        yield refusal(source, f"does not exist{_nearest(source)}")


def _cannot_be_reached(source: str) -> str | None:
    """None where something lies at `source`, "" where nothing does, else why that cannot be told."""
    try:
        os.lstat(source)
    except ValueError:
        return "cannot be a path: it holds a NUL byte"
    except PermissionError as error:
        return f"cannot be reached: {error.strerror}"
    except OSError:
        return ""
    return None


def _matching(pattern: str) -> Iterator[Path | RefusedFile]:
    matches = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
    wanted = [Path(match) for match in matches if not is_beside_data(Path(match).name)]
    for path in wanted:
        yield from _below(path)
    if not wanted:
        skipped = f" but {', '.join(shown(Path(match).name) for match in matches[:3])}" if matches else ""
        yield refusal(pattern, f"matches nothing{skipped}{'' if matches else _nearest(pattern)}")


def _below(path: Path) -> Iterator[Path | RefusedFile]:
    """The file itself, or every file below a folder. Links are followed, but never round in a circle."""
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except FileNotFoundError:
        yield refusal(path, f"is a link to {shown(path.readlink())}, which does not exist")
        return
    except OSError as error:
        yield refusal(path, f"cannot be read: {error.strerror}")
        return
    if not is_folder:
        yield path
        return
    skipped: list[str] = []
    is_empty = True
    for found in _walk(path, skipped, {os.path.realpath(path)}):
        is_empty = False
        yield found
    if is_empty:
        what = f" to read, only {', '.join(shown(name) for name in skipped[:3])}" if skipped else ""
        yield refusal(path, f"is a folder with no files{what}")


def _walk(folder: Path, skipped: list[str], seen: set[str]) -> Iterator[Path | RefusedFile]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield refusal(folder, f"is a folder that cannot be listed: {error.strerror}")
        return
    for entry in entries:
        if is_beside_data(entry.name):
            skipped.append(entry.name)
        elif not os.path.isdir(entry):  # noqa: PTH112 - Path.is_dir raises where the folder may not be searched
            yield from _below(entry)
        elif (real := os.path.realpath(entry)) not in seen:
            seen.add(real)
            yield from _walk(entry, skipped, seen)


def is_beside_data(name: str) -> bool:
    """Whether a file or folder is called as what tools leave beside data, or an upload that is not complete."""
    return any(fnmatch(name, pattern) for pattern in BESIDE_DATA)


def _nearest(source: str) -> str:
    """What exists beside the first part of `source` that does not, if it is spelt alike."""
    missing = Path(source)
    while not os.path.lexists(missing.parent):
        missing = missing.parent
    if missing.parent.is_file():
        return f": {shown(missing.parent)} is a file, not a folder"
    try:
        near = difflib.get_close_matches(
            missing.name, [entry.name for entry in missing.parent.iterdir()], n=1, cutoff=0.75
        )
    except OSError:
        near = []
    if near:
        return f", did you mean {shown(missing.parent / near[0])}?"
    return "" if missing == Path(source) else f": there is no folder {shown(missing)}"

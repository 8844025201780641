"""Land: turn the paths that a user names into a batch of known files. Nothing is copied, nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from flows.errors import SourceError
from flows.receipts import Batch, RefusedFile, SourceFile
from flows.settings import Settings
from flows.sources.files import find, refusal, shown
from flows.sources.fingerprint import fingerprint
from flows.sources.names import batch_id, told_apart
from flows.sources.recognise import known_format, recognise
from flows.sources.stamp import CHANGED, stamp

LISTED = 10


def land(
    sources: Sequence[str | Path],
    settings: Settings,
    *,
    format: str | None = None,
    landed_at: datetime | None = None,
    known: Iterable[SourceFile] = (),
) -> Batch:
    """The batch that files, folders (with all below them) and globs make up.

    Every file is recognised by its content, read once for its sha256, and checked to be whole if it is gzip. Files
    that cannot be used are in `refused_files`, each with one sentence; the others make the batch, whose id follows
    from their names, contents and formats. `format` says how every file is to be read, `landed_at` is now unless given.
    Files that are `known`, and are as they were, are not read again.

    Raises SourceError if no file can be used, with the sentence of each. Nothing is left behind in any case.

    >>> land(["data/2025-11-01", "late/*.jsonl.gz"], settings)  # doctest: +SKIP
    """
    if not sources:
        raise SourceError("no source was given: name files, folders or globs")
    known_format(format)
    paths, nowhere = find(sources)
    lake = settings.lake_folder.resolve()
    given = [path for path in paths if not path.resolve().is_relative_to(lake)]
    if len(given) < len(paths):
        nowhere.append(
            refusal(settings.lake_folder, "is shopflow's own lake, made of source files, and no source itself")
        )
    with ThreadPoolExecutor(settings.threads) as pool:
        taken = list(pool.map(partial(_as_known, {file.path: file for file in known}, format), given))
    files = told_apart(file for file in taken if isinstance(file, SourceFile))
    refused_files = [*nowhere, *(file for file in taken if isinstance(file, RefusedFile))]
    refused_files.sort(key=lambda file: file.path)
    if not files:
        raise SourceError(_nothing_usable(refused_files))
    return Batch(batch_id(files), landed_at or datetime.now(UTC), tuple(files), tuple(refused_files))


def _as_known(known: Mapping[str, SourceFile], format: str | None, path: Path) -> SourceFile | RefusedFile:
    file = known.get(str(path.absolute()))
    return file if file and file.stamp == stamp(path) else take(path, format)


def take(path: Path, format: str | None = None) -> SourceFile | RefusedFile:
    """One file, recognised and read once to its end; or why it cannot be used."""
    seen = stamp(path)
    try:
        recognised = recognise(path, format)
        sha256, size = fingerprint(path)
    except SourceError as error:
        return refusal(path, str(error).removeprefix(f"{shown(path)} "))
    if stamp(path) != seen:
        return refusal(path, CHANGED)
    return SourceFile(str(path.absolute()), path.name, sha256, size, recognised.format, recognised.table, seen)


def _nothing_usable(refused_files: Sequence[RefusedFile]) -> str:
    reasons = [f"{file.path} {file.reason}" for file in refused_files]
    if len(reasons) == 1:
        return reasons[0]
    more = [f"and {len(reasons) - LISTED} more"] if len(reasons) > LISTED else []
    return "\n  ".join([f"nothing to load, none of {len(reasons)} sources can be used:", *reasons[:LISTED], *more])

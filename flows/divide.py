"""Divide: a landing that is too large for one batch becomes several, always the same ones."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from flows.checks.manifest import manifests
from flows.lake import Lake
from flows.receipts import Batch, Landed, SourceFile
from flows.settings import Settings
from flows.sources.names import batch_id, told_apart

Key = tuple[str, str, str]


def divide(whole: Batch, settings: Settings) -> Landed:
    """The landing's files as batches of about `settings.batch_gigabytes` at most: one, where all of them are no more.

    Files stay in the order of their names, which mostly is that of their days, and none is cut in two. Each batch is
    the one that landing its files alone makes. Files that the lake has together as a batch stay that batch: so the
    same files are the same batches also after a kill, after the limit was changed, and where other files came beside
    them. Raises StorageError where a manifest of the lake cannot be read.

    >>> divide(land(["2025/"], settings), settings).batches  # doctest: +SKIP
    """
    limit, size = settings.batch_gigabytes * 1e9, sum(file.bytes for file in whole.files)
    if size <= limit:
        return Landed(whole, (whole,))
    kept, left = _kept(whole, Lake.of(settings))
    # Where a file's middle falls on a scale of all files decides, and not what lies beside it: a batch that is there
    # already moves no other one.
    number, end, groups = math.ceil(size / limit), 0, defaultdict[int, list[SourceFile]](list)
    for file in whole.files:
        end += file.bytes
        if file in left:
            groups[min(int((end - file.bytes / 2) / size * number), number - 1)].append(file)
    batches = sorted(
        [*kept, *(_batch(whole, files) for files in groups.values())], key=lambda batch: batch.files[0].path
    )
    return Landed(whole, tuple(batches) if len(batches) > 1 else (whole,))


def _kept(whole: Batch, lake: Lake) -> tuple[list[Batch], set[SourceFile]]:
    """The batches of the lake that are made of files of the landing alone, the largest first, and the other files."""
    left, kept = {_key(file): file for file in whole.files}, []
    known = [told.batch for told in manifests(lake) if not told.batch.replay_of]
    for batch in sorted(known, key=lambda batch: (-len(batch.files), batch.batch_id)):
        keys = {_key(file) for file in batch.files}
        if keys <= left.keys():
            again = _batch(whole, [left[key] for key in keys])
            if again.batch_id == batch.batch_id:
                kept.append(again)
                left = {key: file for key, file in left.items() if key not in keys}
    return kept, set(left.values())


def _batch(whole: Batch, files: Iterable[SourceFile]) -> Batch:
    own = tuple(told_apart(replace(file, name=Path(file.path).name) for file in files))
    return Batch(batch_id(own), whole.landed_at, own)


def _key(file: SourceFile) -> Key:
    return Path(file.name).name, file.sha256, file.format

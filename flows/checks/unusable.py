"""Files that were landed and are no use after all: they changed since, or cannot be read to their end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import duckdb

from flows.checks.reading import first_line, unreadable
from flows.checks.workshop import Workshop
from flows.errors import NoFileUsable
from flows.receipts import Batch, SourceFile
from flows.sources import FORMATS
from flows.sources.files import as_pattern, refusal
from flows.sources.names import batch_id, told_apart
from flows.sources.sql import quoted
from flows.sources.stamp import CHANGED, stamp


def changed(files: tuple[SourceFile, ...]) -> dict[int, str]:
    """Places of the files that are not those that were landed any more, each with what is to be said of it.

    Asked before the first read and after the last one, it tells that what was read is what the batch's id stands for.
    """
    found = {}
    for position, file in enumerate(files):
        now = stamp(file.path)
        if now is None:
            found[position] = unreadable("it is not there any more")
        elif file.stamp and now != file.stamp:
            found[position] = CHANGED
    return found


def damaged(shop: Workshop, files: tuple[SourceFile, ...]) -> dict[int, str]:
    """Places of the Parquet files that cannot be read to their end, each with what is to be said of it."""
    found = {}
    for position, file in enumerate(files):
        if not FORMATS[file.format].given:
            try:
                shop.count(f"select count(hash(rows)) from read_parquet({quoted(as_pattern(file.path))}) as rows")
            except duckdb.Error as error:
                if fault := shop.fault(error):
                    raise fault from error
                found[position] = unreadable(first_line(error))
    return found


def without(batch: Batch, refused: Mapping[int, str]) -> Batch:
    """The batch that landing makes of the other files alone; those at these places are among its refused ones.

    It is another batch, with an id of its own: a later run that finds all files whole has to find work to do. Raises
    NoFileUsable if none is left.
    """
    left = [file for position, file in enumerate(batch.files) if position not in refused]
    files = tuple(told_apart(replace(file, name=Path(file.path).name) for file in left))
    sentences = [refusal(batch.files[position].found_at, why) for position, why in sorted(refused.items())]
    if not files:
        raise NoFileUsable("; ".join(f"{file.path} {file.reason}" for file in sentences), sentences)
    return Batch(batch_id(files), batch.landed_at, files, (*batch.refused_files, *sentences))

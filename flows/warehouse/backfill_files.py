"""The lake's files that a backfill reads: each is there, and holds the rows that its batch brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from flows.errors import LedgerError
from flows.lake import Lake
from flows.sources.files import as_pattern
from flows.sources.sql import listed


def needed(
    fresh: Lake, brought: Mapping[str, int], columns: Sequence[str] = (), *, is_whole: bool = False
) -> list[Path]:
    """The files of events of these batches, given how many each brought. Of a bucket they are brought as outlines with
    these columns, or whole; `fresh` is a lake that is `afresh`.

    Raises LedgerError, naming the file, if one is missing or does not hold the rows that its batch brought.
    """
    files = {batch_id: fresh.accepted_files("events", batch_id) for batch_id, events in brought.items() if events}
    every = [file for theirs in files.values() for file in theirs]
    if is_whole:
        fresh.bring(every)
    else:
        fresh.outline(every, columns)
    for batch_id, theirs in files.items():
        for file in theirs:
            if not file.is_file():
                raise LedgerError(
                    f"batch {batch_id} cannot be reloaded, nothing was changed: the lake lacks {fresh.name(file)}"
                )
        held = sum(_rows_in(fresh, file) for file in theirs)
        if held != brought[batch_id]:
            raise LedgerError(
                f"batch {batch_id} cannot be reloaded, nothing was changed: it brought {brought[batch_id]} events, but "
                f"{fresh.name(theirs[0])} holds {held}"
            )
    return every


def events_by_day(fresh: Lake, files: Sequence[Path]) -> dict[date, int]:
    """How many events these files have on which day; outlines need the column `event_date`. Raises LedgerError."""
    if not files:
        return {}
    # No condition: for one, DuckDB would look at more than this column.
    every = listed(as_pattern(file) for file in files)
    question = f"select event_date, count(*) from read_parquet({every}, hive_partitioning = false) group by event_date"
    try:
        with duckdb.connect() as connection:
            return dict(connection.execute(question).fetchall())
    except duckdb.Error as error:
        raise _damaged(fresh, files, error) from error


def _rows_in(fresh: Lake, file: Path) -> int:
    question = "select sum(num_rows) from parquet_file_metadata($file)"
    try:
        with duckdb.connect() as connection:
            told = connection.execute(question, {"file": as_pattern(file)}).fetchone()
    except duckdb.Error as error:
        raise _damaged(fresh, [file], error) from error
    return int(told[0] or 0) if told else 0


def _damaged(fresh: Lake, files: Sequence[Path], error: duckdb.Error) -> LedgerError:
    said = str(error).splitlines()[0]
    named = next((file for file in files if str(file) in said), files[0])
    where = fresh.name(named)
    return LedgerError(f"{where} of the lake is damaged, nothing was changed: {said.replace(str(named), where)}")

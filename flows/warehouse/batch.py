"""What a validated batch brings: how many rows for which table, and in which files of the lake."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from flows.errors import LedgerError
from flows.lake import Lake
from flows.receipts import Validated
from flows.records import RECORDS


def rows_by_table(validated: Validated) -> dict[str, int]:
    """The rows that `raw` has to get, for each table that gets any: those accepted and those derived from others."""
    rows: Counter[str] = Counter(validated.derived)
    for count in validated.counts:
        rows[count.table] += count.accepted
    return {table: rows[table] for table in RECORDS if rows[table]}


def as_json(events_by_date: Mapping[date, int]) -> str:
    """Events of each day as `ops.batches` keeps them.

    >>> as_json({date(2025, 11, 1): 7})
    '{"2025-11-01": 7}'
    """
    return json.dumps({f"{day}": number for day, number in events_by_date.items()})


def files_by_table(validated: Validated, lake: Lake) -> dict[str, list[Path]]:
    """The lake's files that hold these rows.

    Raises LedgerError, naming table and file, if one is not there: rows that were accepted have been lost.
    """
    batch_id = validated.batch.batch_id
    found = {}
    for table, rows in rows_by_table(validated).items():
        files = lake.accepted_files(table, batch_id)
        lake.bring(files)
        missing = [file for file in files if not file.is_file()]
        if missing:
            raise LedgerError(
                f"{table}: {rows} rows of batch {batch_id} were accepted, but the lake lacks {missing[0]}"
            )
        found[table] = files
    return found

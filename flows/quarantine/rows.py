"""Refused rows: what is kept of each, and how all of them are read. One Parquet file per table and batch.

>>> from pathlib import Path
>>> list(refused_rows(Lake(Path("no/such/lake"))))
[]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import duckdb

from flows.lake import Lake
from flows.records import RECORDS
from flows.sources.files import as_pattern
from flows.sources.sql import quoted

COLUMNS: Mapping[str, str] = {
    "batch_id": "VARCHAR",
    "table": "VARCHAR",
    "source_file": "VARCHAR",
    "format": "VARCHAR",
    "header": "VARCHAR",
    "line": "BIGINT",
    "reasons": "STRUCT(field VARCHAR, reason VARCHAR, message VARCHAR)[]",
    "raw": "VARCHAR",
    "refused_at": "TIMESTAMP",
}


class Reason(NamedTuple):
    """Why a row was refused: by which field (`""` where the line as a whole is no row), a stable name, a sentence."""

    field: str
    reason: str
    message: str


@dataclass(frozen=True)
class RefusedRow:
    """One refused row. `line` is the line in a text file, the number of the row in Parquet, both counted from 1.

    `header` is a line of CSV with the names of the file's columns, without which the text of its rows means nothing:
    None for JSON lines, which have none, and in quarantines from before it was kept.
    """

    batch_id: str
    table: str
    source_file: str
    format: str
    line: int
    reasons: tuple[Reason, ...]
    raw: str
    refused_at: datetime
    header: str | None = None


def refused_rows(lake: Lake, table: str | None = None, batch_id: str | None = None) -> Iterator[RefusedRow]:
    """The refused rows of all batches or of one, in order of batch, file and line."""
    files = [
        path
        for name in ([table] if table else RECORDS)
        for path in sorted(lake.quarantine(name, "*").parent.glob(f"{batch_id or '*'}.parquet"))
    ]
    for path in files:
        with duckdb.connect() as connection:
            rows = connection.execute(
                f"select * from read_parquet({quoted(as_pattern(path))}, hive_partitioning = false) "
                "order by source_file, line"
            )
            names = [column[0] for column in rows.description]
            while block := rows.fetchmany(1_000):
                for row in (dict(zip(names, values, strict=True)) for values in block):
                    yield RefusedRow(**{**row, "reasons": tuple(Reason(**reason) for reason in row["reasons"])})


def counted(table: str, reason: Reason) -> str:
    """The name under which a reason is counted: `events.user_id: empty`, `events: cut_off_line`."""
    return f"{table}.{reason.field}: {reason.reason}" if reason.field else f"{table}: {reason.reason}"

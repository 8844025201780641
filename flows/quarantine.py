"""Refused rows: how they are kept, and how they are read again. One Parquet file per table and batch.

>>> from pathlib import Path
>>> list(refused_rows(Lake(Path("no/such/lake"))))
[]
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, TextIO

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
    "line": "BIGINT",
    "reasons": "STRUCT(field VARCHAR, reason VARCHAR, message VARCHAR)[]",
    "raw": "VARCHAR",
    "refused_at": "TIMESTAMP",
}
OBJECT = 16 * 1024 * 1024  # bytes of a JSON object that DuckDB reads without being asked


class Reason(NamedTuple):
    """Why a row was refused: by which field (`""` where the line as a whole is no row), a stable name, a sentence."""

    field: str
    reason: str
    message: str


@dataclass(frozen=True)
class RefusedRow:
    """One refused row. `line` is the line in a text file, the number of the row in Parquet, both counted from 1."""

    batch_id: str
    table: str
    source_file: str
    format: str
    line: int
    reasons: tuple[Reason, ...]
    raw: str
    refused_at: datetime


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


class Refusals:
    """Collects the refused rows of one table and batch beside `path`, counts their reasons, and writes them to it."""

    def __init__(self, path: Path, table: str) -> None:
        self.path = path
        self.table = table
        self.rows = 0
        self.erased = 0  # rows of people who were forgotten: counted, and kept nowhere
        self.reasons: Counter[str] = Counter()
        self._draft = path.with_suffix(".jsonl")
        self._longest = 0
        self._file: TextIO | None = None

    def add(self, source_file: str, format: str, line: int, reasons: list[Reason], raw: str) -> None:
        """Takes one row. A reason that a row has twice is counted once."""
        self._file = self._file or self._draft.open("w", encoding="utf-8")
        row = {
            "source_file": source_file,
            "format": format,
            "line": line,
            "reasons": [reason._asdict() for reason in reasons],
            "raw": raw,
        }
        text = json.dumps(row)
        self._longest = max(self._longest, len(text))
        self._file.write(text + "\n")
        self.rows += 1
        self.reasons.update({_counted(self.table, reason) for reason in reasons})

    def write(self, connection: duckdb.DuckDBPyConnection, batch_id: str, at: datetime) -> None:
        """Writes the Parquet file of what was added, at least one row."""
        assert self._file is not None
        self._file.close()
        own = {column: type for column, type in COLUMNS.items() if column not in ("batch_id", "table", "refused_at")}
        types = ", ".join(f"{column}: {quoted(type)}" for column, type in own.items())
        connection.execute(
            f"""copy (
              select {quoted(batch_id)} as batch_id, {quoted(self.table)} as "table", {", ".join(own)},
                timestamp {quoted(at.replace(tzinfo=None).isoformat(sep=" "))} as refused_at
              from read_json({quoted(as_pattern(self._draft))}, format = 'newline_delimited',
                columns = {{{types}}}, maximum_object_size = {max(OBJECT, self._longest + 2)})
              order by source_file, line
            ) to {quoted(str(self.path))} (format parquet, compression zstd)"""
        )
        self._draft.unlink()


def _counted(table: str, reason: Reason) -> str:
    """The name under which a reason is counted: `events.user_id: empty`, `events: cut_off_line`."""
    return f"{table}.{reason.field}: {reason.reason}" if reason.field else f"{table}: {reason.reason}"

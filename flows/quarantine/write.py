"""Refused rows on their way into a Parquet file of the quarantine."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TextIO

import duckdb

from flows.quarantine.rows import COLUMNS, Reason, counted
from flows.sources.files import as_pattern
from flows.sources.sql import listed, quoted

OBJECT = 16 * 1024 * 1024  # bytes of a JSON object that DuckDB reads without being asked
ADDED = ("batch_id", "table", "header", "refused_at")  # columns that are the same for all rows of a file, or of a batch


class Refusals:
    """Collects the refused rows of one table and batch beside `path`, counts their reasons, and writes them to it."""

    def __init__(self, path: Path, table: str) -> None:
        self.path = path
        self.table = table
        self.rows = 0
        self.erased = 0  # of people who were forgotten: counted and kept nowhere
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
        self.reasons.update({counted(self.table, reason) for reason in reasons})

    def write(
        self, connection: duckdb.DuckDBPyConnection, batch_id: str, at: datetime, headers: Mapping[str, str]
    ) -> None:
        """Writes the Parquet file of what was added, at least one row. `headers` are those of the files by name."""
        assert self._file is not None
        self._file.close()
        own = {column: type for column, type in COLUMNS.items() if column not in ADDED}
        types = ", ".join(f"{column}: {quoted(type)}" for column, type in own.items())
        names, lines = listed(headers), listed(headers.values())
        connection.execute(
            f"""copy (
              select {quoted(batch_id)} as batch_id, {quoted(self.table)} as "table",
                {", ".join(own)}, map({names}::varchar[], {lines}::varchar[])[source_file] as header,
                timestamp {quoted(at.replace(tzinfo=None).isoformat(sep=" "))} as refused_at
              from read_json({quoted(as_pattern(self._draft))}, format = 'newline_delimited',
                columns = {{{types}}}, maximum_object_size = {max(OBJECT, self._longest + 2)})
              order by source_file, line
            ) to {quoted(str(self.path))} (format parquet, compression zstd)"""
        )
        self._draft.unlink()

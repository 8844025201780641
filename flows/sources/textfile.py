"""A text file as DuckDB is to read it: as it came, or as a copy without the lines that are no rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.sources.csvlines import csv_lines
from flows.sources.lines import BOM, LONGEST, Line, is_gzip, json_lines, opened

# What DuckDB may read at once: bytes of a line of CSV, bytes of a JSON object.
LINE = OBJECT = LONGEST


@dataclass(frozen=True)
class TextFile:
    """`columns` are the names in the header of a CSV file, () for JSON lines; `longest` is the longest line in bytes
    where that is known to matter."""

    path: Path
    columns: tuple[str, ...] = ()
    is_gzip: bool = False
    has_crlf: bool = False
    has_bom: bool = False
    longest: int = 0

    @property
    def is_csv(self) -> bool:
        return bool(self.columns)

    def lines(self) -> Iterator[Line]:
        """Its rows, read in Python."""
        return csv_lines(self.path, len(self.columns)) if self.is_csv else json_lines(self.path)


def look_at(path: Path, is_csv: bool) -> TextFile:
    """The file as it came. Raises OSError, or EOFError or zlib.error where its gzip is damaged."""
    with opened(path) as file:
        first = file.readline(1 << 20)
    header = first.removeprefix(BOM).rstrip(b"\r\n").decode("utf-8", "replace")
    names = tuple(next(csv.reader(io.StringIO(header, newline="")))) if is_csv else ()
    return TextFile(path, names, is_gzip(path), first.endswith(b"\r\n"), first.startswith(BOM))

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
UNREADABLE = "cannot be read as CSV: look at its quotes"


@dataclass(frozen=True)
class TextFile:
    """`columns` are the names in the header of a CSV file, () for JSON lines; `longest` is the longest line in bytes
    where that is known to matter; `unread` are the numbers of lines that look like rows but DuckDB cannot read."""

    path: Path
    columns: tuple[str, ...] = ()
    is_gzip: bool = False
    has_crlf: bool = False
    has_bom: bool = False
    longest: int = 0
    unread: frozenset[int] = frozenset()

    @property
    def is_csv(self) -> bool:
        return bool(self.columns)

    def lines(self) -> Iterator[Line]:
        """Its rows, read in Python."""
        for line in csv_lines(self.path, len(self.columns)) if self.is_csv else json_lines(self.path):
            yield line._replace(flaw="unreadable", message=UNREADABLE) if line.number in self.unread else line


def look_at(path: Path, is_csv: bool) -> TextFile:
    """The file as it came. Raises OSError, or EOFError or zlib.error where its gzip is damaged."""
    with opened(path) as file:
        first = file.readline(1 << 20)
    header = first.removeprefix(BOM).rstrip(b"\r\n").decode("utf-8", "replace")
    names = names_in(header) if is_csv else ()
    return TextFile(path, names, is_gzip(path), first.endswith(b"\r\n"), first.startswith(BOM))


def names_in(header: str) -> tuple[str, ...]:
    """The names of the columns in the first line of a CSV file."""
    return tuple(next(csv.reader(io.StringIO(header, newline=""))))

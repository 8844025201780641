"""Text files become Parquet of judged rows first: read once, in order, by all threads, each file on its own."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import duckdb

from flows.checks.judged import judged
from flows.checks.terms import Terms
from flows.checks.workshop import Workshop
from flows.receipts import SourceFile
from flows.records import RECORDS
from flows.sources import FORMATS
from flows.sources.lines import Line, count_lines
from flows.sources.sql import quoted
from flows.sources.textfile import TextFile, look_at

MOST_UNREAD = 20  # lines of a file that may be refused because DuckDB stumbles over them, each after one more reading

# What DuckDB raises for what stands in a file, not for a query that is wrong. "Not implemented" are, of all things,
# quotes that its threads cannot follow from one part of a large file into the next.
OF_THE_FILE = (duckdb.InvalidInputException, duckdb.IOException, duckdb.NotSupportedError, duckdb.DataError)


class Unreadable(Exception):
    """The file cannot be read to its end; the text says why."""


@dataclass(frozen=True)
class Staged:
    """A text file's rows as judged, in order, at `path`; `flawed` are its lines that are no rows, counted."""

    file: SourceFile
    text: TextFile
    path: Path
    rows: int
    flawed: int = 0

    def lines(self) -> Iterator[Line]:
        """The file's own rows, flawed ones included: the n-th without a flaw is the n-th row at `path`."""
        return self.text.lines()


def stage(shop: Workshop, file: SourceFile, terms: Terms, number: int) -> Staged:
    """Writes the file's judged rows to the workshop. Raises Unreadable for what is wrong with the file, and only for
    that; StorageError where there is no room or the workshop is disturbed.

    DuckDB reads the file as it is, if it can and if it finds a row on every line. Otherwise the lines that are rows are
    picked out one by one, and it reads these; a line that it stumbles over all the same is refused like the others.
    """
    source = FORMATS[file.format]
    target = shop.path(f"{file.table}-{number:06}.parquet")
    with _reading():
        text = look_at(Path(file.path), source.is_csv)
    rows = None
    with suppress(Unreadable):
        rows = _convert(shop, file, text, terms, target)
    with _reading():
        lines = count_lines(text.path)
    if rows is not None and lines is not None and rows == lines - source.is_csv:
        return Staged(file, text, target, rows)
    while True:
        clean, good, flawed = _picked(text, shop.path(f"clean-{number:06}"))
        try:
            rows = _convert(shop, file, clean, terms, target)
            break
        except Unreadable as error:
            text = _without_line_at_fault(text, error)
    clean.path.unlink()
    if rows != good:
        raise Unreadable(f"DuckDB finds {rows} rows in it where there are {good}")
    return Staged(file, text, target, good, flawed)


def _convert(shop: Workshop, file: SourceFile, text: TextFile, terms: Terms, target: Path) -> int:
    """Rows written. Raises Unreadable where DuckDB cannot read the file, or finds a line in it that is no row."""
    given = FORMATS[file.format].given
    assert given is not None, file.format
    if text.has_bom and not text.is_csv:
        raise Unreadable("begins with a byte order mark, which DuckDB takes for a part of the first object")
    query = judged(given(text, RECORDS[file.table]), RECORDS[file.table], terms.latest, terms.zone)
    shop.connection.execute("set preserve_insertion_order = true")
    try:
        return shop.count(f"copy ({query}) to {quoted(str(target))} (format parquet, compression snappy)")
    except OF_THE_FILE as error:
        raise shop.fault(error) or Unreadable(str(error).splitlines()[0]) from error
    finally:
        shop.connection.execute("set preserve_insertion_order = false")


def _picked(text: TextFile, copy: Path) -> tuple[TextFile, int, int]:
    """The file's rows alone, written to `copy`; how many there are, and how many lines were left out."""
    good = flawed = longest = 0
    with copy.open("wb") as clean:
        if text.is_csv:
            clean.write(b",".join(b"c%d" % position for position in range(len(text.columns))) + b"\n")
        for line in _lines(text):
            if line.flaw:
                flawed += 1
                continue
            good += 1
            longest = max(longest, len(line.raw))
            clean.write(line.raw + b"\n")
    whole = replace(text, path=copy, is_gzip=False, has_crlf=False, has_bom=False, longest=longest)
    return whole, good, flawed


def _without_line_at_fault(text: TextFile, error: Unreadable) -> TextFile:
    """The file without the row that DuckDB stumbled over among those that were picked. Raises the error where it does
    not name one, or where too many were left out already."""
    found = re.search(r"CSV Error on Line: (\d+)", str(error))
    rows = (line.number for line in _lines(text) if not line.flaw)
    # DuckDB calls "line" what is a row, the header being the first.
    number = next(islice(rows, int(found[1]) - 2, None), None) if found and int(found[1]) > 1 else None
    if number is None or len(text.unread) == MOST_UNREAD:
        raise error
    return replace(text, unread=text.unread | {number})


def _lines(text: TextFile) -> Iterator[Line]:
    with _reading():
        yield from text.lines()


@contextmanager
def _reading() -> Iterator[None]:
    """What goes wrong in the block, which reads the file and writes nothing, is the file's: raises Unreadable."""
    try:
        yield
    except (EOFError, zlib.error, OSError) as error:
        said = error.strerror if isinstance(error, OSError) else None
        raise Unreadable(said or "it is damaged or cut off inside of its gzip") from error

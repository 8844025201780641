"""CSV row by row, in Python: which lines make a row, and why the others are none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from flows.sources.lines import Line, numbered, too_long

LONGEST_JOINED = 1024 * 1024  # bytes of a row of CSV over several lines
MOST_JOINED = 1_000  # lines of a row of CSV behind its first


def csv_lines(path: Path, fields: int) -> Iterator[Line]:
    """The rows of a CSV file below its header.

    A row goes on over line ends inside of quotes. Where the quotes of a row never close, only its first line is refused
    and reading goes on with the next: one stray quote must not swallow what follows.
    """
    reader = _Lookahead(path)
    next(reader, None)
    for number, line in reader:
        if not line.rstrip(b"\r"):
            continue
        row = line.removesuffix(b"\r")
        flaw = flaw_of(row, fields)
        if flaw and b'"' in row and (whole := _joined(line, reader, fields)):
            row, flaw = whole, None
        if flaw and flaw[0] == "broken_quotes" and not reader.is_ended:
            flaw = ("cut_off_line", "ends in the middle of a quoted field, and so does the file")
        yield too_long(number, row) or Line(number, row, *(flaw or ()))


class _Lookahead:
    """Numbered lines, of which some may be looked at before they are taken."""

    def __init__(self, path: Path) -> None:
        self.source = numbered(path)
        self.ahead: list[tuple[int, bytes, bool]] = []
        self.is_ended = True  # whether the line that was taken last has a line end

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        return self

    def __next__(self) -> tuple[int, bytes]:
        number, line, self.is_ended = self.ahead.pop(0) if self.ahead else next(self.source)
        return number, line

    def look(self, position: int) -> bytes | None:
        """The line `position` lines from here, None behind the end."""
        while len(self.ahead) <= position:
            found = next(self.source, None)
            if found is None:
                return None
            self.ahead.append(found)
        return self.ahead[position][1]

    def skip(self, lines: int) -> None:
        del self.ahead[:lines]


# As DuckDB reads, down to its whims: it skips one blank before a quote, but takes two as the begin of plain text, and
# what is quoted may go on in quotes behind blanks. A line must not be a row in one file and none in another.
_QUOTED = rb' ?"(?>(?:[^"]|""|" +")*)" *'
_FIELD = rb"(?:" + _QUOTED + rb'|(?! ?")[^,\r\n]+|)'
_NOTHING = rb'(?: ?"" *)?'  # behind the last field of the header DuckDB bears fields that are empty
_AS_MANY: dict[int, tuple[Callable[[bytes], object], ...]] = {}


def _patterns(fields: int) -> tuple[Callable[[bytes], object], ...]:
    """Whether a line holds exactly `fields` fields (or empty ones beyond), fewer, or more."""
    if fields not in _AS_MANY:
        exact = _FIELD + rb"(?:," + _FIELD + rb"){%d}" % (fields - 1)
        fewer = _FIELD + rb"(?:," + _FIELD + rb"){0,%d}" % max(fields - 2, 0)
        _AS_MANY[fields] = tuple(
            re.compile(pattern).fullmatch
            for pattern in (exact + rb"(?:," + _NOTHING + rb")*", fewer, exact + rb"(?:," + _FIELD + rb")+")
        )
    return _AS_MANY[fields]


def flaw_of(row: bytes, fields: int) -> tuple[str, str] | None:
    """The reason and its message, None where the text, of one line or of several, is one row of `fields` fields."""
    if not row.isascii():
        try:
            row.decode()
        except UnicodeDecodeError:
            return "bad_encoding", "holds bytes that are not UTF-8"
    if b'"' not in row and b"\r" not in row and row.count(b",") == fields - 1:
        return None
    is_whole, has_fewer, has_more = _patterns(fields)
    if is_whole(row):
        return None
    if has_fewer(row):
        return "cut_off_line", f"has fewer fields than the {fields} of the header"
    if has_more(row):
        return "too_many_fields", f"has more fields than the {fields} of the header"
    if b"\r" in row and b'"' not in row:
        return "broken_quotes", "holds a carriage return outside of quotes"
    return "broken_quotes", f"has quotes that do not close within {MOST_JOINED + 1:,} lines, or text beside them"


def _joined(row: bytes, reader: _Lookahead, fields: int) -> bytes | None:
    """The row with the lines that it goes on over, None where it never becomes whole. Takes them from the reader."""
    quotes = row.count(b'"')
    if quotes % 2 == 0:
        return None
    parts, size = [row], len(row)
    for position in range(MOST_JOINED):
        line = reader.look(position)
        if line is None or size > LONGEST_JOINED:
            return None
        parts.append(line)
        size += len(line) + 1
        quotes += line.count(b'"')
        if quotes % 2 == 0:
            whole = b"\n".join(parts).removesuffix(b"\r")
            if flaw_of(whole, fields):
                return None
            reader.skip(position + 1)
            return whole
    return None

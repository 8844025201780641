"""Text files line by line, in Python: slow and careful, for the files and the lines that need a closer look."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

# Bytes of a line; what is longer is refused unread. No record is that long, and DuckDB holds a value many times over:
# ten rows of 10 MB each were more than its memory.
LONGEST = 1024 * 1024
LONGEST_JOINED = 1024 * 1024  # bytes of a row of CSV over several lines
MOST_JOINED = 1_000  # lines of a row of CSV
BOM = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """One row of a text file: the number of its first line, its bytes without the line end, and why it is no row."""

    number: int
    raw: bytes
    flaw: str = ""
    message: str = ""


def is_gzip(path: Path) -> bool:
    """Whether the file is compressed, by its first bytes and not by its name."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def opened(path: Path) -> AbstractContextManager[BinaryIO]:
    """The file's bytes, unpacked where it is gzip."""
    return cast(BinaryIO, gzip.open(path)) if is_gzip(path) else path.open("rb")


def count_lines(path: Path) -> int | None:
    """Lines of the file, a last one without a line end included; None where one of them may be longer than LONGEST."""
    lines, last = 0, b"\n"
    with opened(path) as file:
        while block := file.read(LONGEST // 2):
            ends = block.count(b"\n")
            if not ends and len(block) == LONGEST // 2:
                return None
            lines += ends
            last = block[-1:]
    return lines + (last != b"\n")


def json_lines(path: Path) -> Iterator[Line]:
    """The lines of a file of JSON lines that are not blank."""
    for number, line in _lines(path):
        if line.strip(b" \t\r\n"):
            yield _too_long(number, line) or Line(number, line.removesuffix(b"\r"))


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
        flaw = _flaw(row, fields)
        if flaw and b'"' in row and (whole := _joined(line, reader, fields)):
            row, flaw = whole, None
        if flaw and flaw[0] == "broken_quotes" and reader.is_unfinished():
            flaw = ("cut_off_line", "ends in the middle of a quoted field, and so does the file")
        yield _too_long(number, row) or Line(number, row, *(flaw or ()))


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Numbered lines without their newline; of one that is too long, its beginning alone is kept."""
    with opened(path) as file:
        number = 0
        while line := file.readline(LONGEST + 1):
            number += 1
            rest = line
            while not rest.endswith(b"\n") and len(rest) > LONGEST:
                rest = file.readline(LONGEST + 1)
            yield number, (line.removeprefix(BOM) if number == 1 else line).removesuffix(b"\n")


def _too_long(number: int, line: bytes) -> Line | None:
    if len(line) <= LONGEST:
        return None
    return Line(number, line[:10_000] + b"...", "too_long", f"is longer than {LONGEST:,} bytes")


class _Lookahead:
    """Numbered lines, of which some may be looked at before they are taken."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.source = _lines(path)
        self.ahead: list[tuple[int, bytes]] = []

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        return self

    def __next__(self) -> tuple[int, bytes]:
        return self.ahead.pop(0) if self.ahead else next(self.source)

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

    def is_unfinished(self) -> bool:
        """Whether the line that was taken last is the file's last, and has no line end."""
        return self.look(0) is None and not _ends_with_newline(self.path)


def _ends_with_newline(path: Path) -> bool:
    last = b""
    with opened(path) as file:
        if not isinstance(file, gzip.GzipFile):
            file.seek(-1, 2)
        while block := file.read(1 << 20):
            last = block[-1:]
    return last == b"\n"


_FIELD = rb'(?:"(?>(?:[^"]|"")*)" *|[^",\r\n][^,\r\n]*|)'
_AS_MANY: dict[int, tuple[Callable[[bytes], object], ...]] = {}


def _patterns(fields: int) -> tuple[Callable[[bytes], object], ...]:
    """Whether a line holds exactly `fields` fields (or empty ones beyond), fewer, or more."""
    if fields not in _AS_MANY:
        exact = _FIELD + rb"(?:," + _FIELD + rb"){%d}" % (fields - 1)
        fewer = _FIELD + rb"(?:," + _FIELD + rb"){0,%d}" % max(fields - 2, 0)
        _AS_MANY[fields] = tuple(
            re.compile(p).fullmatch for p in (exact + b",*", fewer, exact + b"(?:," + _FIELD + b")+")
        )
    return _AS_MANY[fields]


def _flaw(row: bytes, fields: int) -> tuple[str, str] | None:
    """The reason and its message, None where the line is a row of `fields` fields."""
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
    return "broken_quotes", "has quotes that do not close, or text beside them"


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
            if _flaw(whole, fields):
                return None
            reader.skip(position + 1)
            return whole
    return None

"""Text files line by line, in Python: slow and careful, for the files and the lines that need a closer look."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

# Bytes of a line; what is longer is refused unread. No record is that long, and DuckDB holds a value many times over:
# ten rows of 10 MB each were more than its memory.
LONGEST = 1024 * 1024
BOM = b"\xef\xbb\xbf"
_MOST = len(BOM) + LONGEST + len(b"\r\n")  # what a line may have that is not too long


class Line(NamedTuple):
    """One row of a text file: the number of its first line, its bytes without the line end, and why it is no row.

    `is_ended` is false of a last line that has no line end.
    """

    number: int
    raw: bytes
    flaw: str = ""
    message: str = ""
    is_ended: bool = True


def is_gzip(path: Path) -> bool:
    """Whether the file is compressed, by its first bytes and not by its name."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def opened(path: Path) -> AbstractContextManager[BinaryIO]:
    """The file's bytes, unpacked where it is gzip."""
    return cast(BinaryIO, gzip.open(path)) if is_gzip(path) else path.open("rb")


def count_lines(path: Path) -> int | None:
    """Lines of the file, a last one without a line end included.

    None where that number proves nothing: a line may be longer than LONGEST, or carriage returns stand alone, which
    DuckDB now and then takes for line ends. One too many of these and a blank line would look like no mistake at all.
    """
    lines, returns, last = 0, 0, b"\n"
    with opened(path) as file:
        while block := file.read(LONGEST // 2):
            ends = block.count(b"\n")
            if not ends and len(block) == LONGEST // 2:
                return None
            lines += ends
            if b"\r" in block:
                returns += block.count(b"\r") - block.count(b"\r\n")
            returns -= last == b"\r" and block[:1] == b"\n"
            last = block[-1:]
    return None if returns else lines + (last != b"\n")


def json_lines(path: Path) -> Iterator[Line]:
    """The lines of a file of JSON lines that are not blank."""
    for number, line, is_ended in numbered(path):
        if line.strip():  # of all blanks of ASCII, those included that are none in JSON: DuckDB takes no row either
            row = line.removesuffix(b"\r")
            yield too_long(number, row) or Line(number, row, is_ended=is_ended)


def numbered(path: Path) -> Iterator[tuple[int, bytes, bool]]:
    """Numbered lines without their newline, and whether they had one; of one that is too long, its beginning alone."""
    with opened(path) as file:
        number = 0
        while line := file.readline(_MOST):
            number += 1
            rest = line
            while not rest.endswith(b"\n") and len(rest) == _MOST:
                rest = file.readline(_MOST)
            text = line.removeprefix(BOM) if number == 1 else line
            yield number, text.removesuffix(b"\n"), rest.endswith(b"\n")


def too_long(number: int, line: bytes) -> Line | None:
    """The line as one that is refused unread, None where it is short enough."""
    if len(line) <= LONGEST:
        return None
    return Line(number, line[:10_000] + b"...", "too_long", f"is longer than {LONGEST:,} bytes")

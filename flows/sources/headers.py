"""What a file holds by its content: Parquet, JSON lines or CSV, and the names of its columns."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import os
import stat
import zlib
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from flows.errors import SourceError
from flows.sources.files import as_pattern, shown
from flows.sources.fingerprint import CUT_OFF, DAMAGED, GZIP

HEAD = 64 * 1024
LONGEST_LINE = 64 * 1024 * 1024
ROWS_OF_JSON = 100
PARQUET = b"PAR1"
# First bytes of what people drop by mistake, and what to do instead.
FOREIGN = (
    (b"\xff\xfe\0\0", "is encoded as UTF-32: save it as UTF-8"),
    (b"\0\0\xfe\xff", "is encoded as UTF-32: save it as UTF-8"),
    (b"\xff\xfe", "is encoded as UTF-16: save it as UTF-8"),
    (b"\xfe\xff", "is encoded as UTF-16: save it as UTF-8"),
    (b"PK\x03\x04", "is a zip archive or an Excel workbook: unpack it, or save it as CSV"),
    (b"\xd0\xcf\x11\xe0", "is an Excel workbook: save it as CSV"),
    (b"\x28\xb5\x2f\xfd", "is compressed with zstd, and only gzip is read: unpack it"),
    (b"BZh", "is compressed with bzip2, and only gzip is read: unpack it"),
    (b"\xfd7zXZ\0", "is compressed with xz, and only gzip is read: unpack it"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z archive: unpack it"),
    (b"Obj\x01", "is Avro: write it as Parquet, JSON lines or CSV"),
    (b"ARROW1", "is an Arrow file: write it as Parquet, JSON lines or CSV"),
    (b"ORC", "is ORC: write it as Parquet, JSON lines or CSV"),
    (b"PARE", "is encrypted Parquet: write it without encryption"),
)
BINARY = "is binary and neither Parquet nor gzip: write it as Parquet, JSON lines or CSV"


class Header(NamedTuple):
    """`kind` is `parquet`, `jsonl` or `csv`; `columns` are the names as they stand in the file."""

    kind: str
    columns: tuple[str, ...]


def read_header(path: Path) -> Header:
    """The kind and the columns of a file. Raises SourceError, one sentence that names the file and says what to do."""
    try:
        return _read_header(path)
    except _Unfit as unfit:
        raise SourceError(f"{shown(path)} {unfit}") from None
    except EOFError as error:
        raise SourceError(f"{shown(path)} {CUT_OFF}") from error
    except (zlib.error, gzip.BadGzipFile) as error:
        raise SourceError(f"{shown(path)} {DAMAGED}") from error
    except OSError as error:
        raise SourceError(f"{shown(path)} cannot be read: {error.strerror}") from error


class _Unfit(Exception):
    """What is wrong with the file, to be said after its name."""


def _read_header(path: Path) -> Header:
    try:
        os.fspath(path).encode()
    except UnicodeEncodeError:
        raise _Unfit("has a path that is not UTF-8: rename it") from None
    if "\\" in os.fspath(path) and as_pattern(path) != os.fspath(path):
        raise _Unfit("has a backslash beside [, * or ? in its path, which DuckDB cannot open: rename it")
    mode = path.stat().st_mode  # before opening: to open a pipe would wait for its other end
    if stat.S_ISDIR(mode):
        raise _Unfit("is a folder, not a file")
    if not stat.S_ISREG(mode):
        raise _Unfit("is a pipe, a socket or a device, and a source is read twice: write it to a file first")
    with path.open("rb") as file:
        magic = file.read(8)
        if magic.startswith(PARQUET):
            return Header("parquet", _parquet_columns(path, file))
        file.seek(0)
        if not magic.startswith(GZIP):
            if path.suffix == ".gz" and magic:
                raise _Unfit("is called .gz but is not gzip: take the suffix away, or compress it")
            return _text_header(file)
        with gzip.open(file) as unzipped:
            return _text_header(cast(BinaryIO, unzipped), inside=" inside of its gzip")


def _text_header(file: BinaryIO, inside: str = "") -> Header:
    head = file.read(HEAD).removeprefix(codecs.BOM_UTF8)
    has_blanks = False
    while head and not head.strip():
        has_blanks, head = True, file.read(HEAD)
    if not head:
        raise _Unfit(f"is empty{inside}: {'it holds nothing but blanks' if has_blanks else 'there is nothing to load'}")
    if inside and head.startswith((PARQUET, GZIP)):
        what = "Parquet" if head.startswith(PARQUET) else "gzip once more"
        raise _Unfit(f"holds {what}{inside}: unpack it once and give that file")
    for magic, why in FOREIGN:
        if head.startswith(magic):
            raise _Unfit(why)
    start = head.lstrip()[:64]
    if len(start) > 2 and any(start) and not (any(start[::2]) and any(start[1::2])):
        raise _Unfit("looks encoded as UTF-16 or UTF-32: save it as UTF-8")
    if start.startswith(b"["):
        raise _Unfit("is a JSON array: write one object per line (JSON lines)")
    if start.startswith(b"{"):
        return Header("jsonl", _json_columns(head, file))
    return Header("csv", _csv_columns(head))


def _json_columns(text: bytes, file: BinaryIO) -> tuple[str, ...]:
    """The keys of the first rows that can be read, in order of appearance. Goes on where the first row is very long."""
    while True:
        more = file.read(len(text))
        lines = (text + more).splitlines()
        columns: dict[str, None] = {}
        rows = 0
        for line in lines[:-1] if more else lines:
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(row, dict):
                columns |= dict.fromkeys(row)
                rows += 1
            if rows == ROWS_OF_JSON:
                break
        if rows:
            return tuple(columns)
        text += more
        if not more or len(text) > LONGEST_LINE:
            raise _Unfit("begins like JSON, but no line of it is a whole object: write one object per line")


def _csv_columns(head: bytes) -> tuple[str, ...]:
    text = head.decode("utf-8", "surrogateescape")
    first = text.split("\n", 1)[0].rstrip("\r")
    if not first.strip():
        raise _Unfit("begins with a blank line: its first line must name the columns")
    # Binary before all else: of the bytes of a picture, one in a few hundred is a carriage return.
    is_utf8 = not any("\udc80" <= letter <= "\udcff" for letter in first)
    controls = sum(byte < 32 and byte not in b"\t\r\n" for byte in head[:4096])
    start = first.split("\r", 1)[0]
    if any((ord(letter) < 32 and letter != "\t") or letter == "\x7f" for letter in start) or (controls and not is_utf8):
        raise _Unfit(BINARY)
    if "\r" in first:
        raise _Unfit("ends its lines as old Macs did, with a carriage return alone: save it with line feeds")
    if not is_utf8:
        raise _Unfit("is not encoded as UTF-8: its first line holds other bytes; save it as UTF-8")
    if len(head) == HEAD and not {"\n", "\r"} & set(text):
        raise _Unfit(f"has a first line of more than {HEAD // 1024} KB: its first line must name the columns")
    try:
        columns = next(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise _Unfit(f"has a first line that is not CSV ({error}): it must name the columns") from error
    if any("\n" in name for name in columns):
        raise _Unfit("has a quote in its first line that does not end: it must name the columns")
    return tuple(columns)


def _parquet_columns(path: Path, file: BinaryIO) -> tuple[str, ...]:
    size = file.seek(0, io.SEEK_END)
    file.seek(max(size - 4, 4))
    if file.read() != PARQUET:
        raise _Unfit("ends before its Parquet footer: it is cut off, get the file again")
    import duckdb  # only where there is Parquet: it takes 0.1 s

    try:
        with duckdb.connect() as connection:
            query = "select name, coalesce(num_children, 0) from parquet_schema(?)"
            elements = connection.execute(query, [as_pattern(path)]).fetchall()
    except duckdb.Error as error:
        raise _Unfit("has a Parquet footer that cannot be read: it is damaged, get the file again") from error
    # The elements are a tree written depth first, the root before all: columns are the root's own children.
    columns, nested = [], 0
    for name, children in elements[1:]:
        if not nested:
            columns.append(name)
        nested = max(nested - 1, 0) + children
    return tuple(columns)

"""A Parquet file of which only the footer and some columns are there: enough to count its rows, for few of its bytes.

The file has its full size, and holes where the other columns would be. The columns of a row group lie one after the
other, and the footer says where each begins: what is asked for are a few ranges of bytes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import duckdb

from flows.sources.files import as_pattern

# More than the footer of most files: one question for each.
TAIL_BYTES = 1 << 16

Read = Callable[[int, int], bytes]


def write_outline(path: Path, size: int, at: datetime, read: Read, columns: Sequence[str] = ()) -> None:
    """Write the outline of a file of `size` bytes to `path`; `read(start, end)` gives bytes from start to before end.

    `at` becomes the file's time. What is no Parquet file is written as far as it was read: whoever opens it says so.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(size)
        start = max(0, size - TAIL_BYTES)
        tail = read(start, size) if size else b""
        footer = size - 8 - int.from_bytes(tail[-8:-4], "little")
        if tail.endswith(b"PAR1") and 0 <= footer < start:
            tail, start = read(footer, start) + tail, footer
        _put(file.fileno(), start, tail)
        for start, end in _ranges(path, columns) if columns else ():
            _put(file.fileno(), start, read(start, end))
    ns = int(at.timestamp() * 1_000_000) * 1000
    os.utime(path, ns=(ns, ns))


def _ranges(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, int]]:
    with suppress(duckdb.Error), duckdb.connect() as connection:
        yield from connection.execute(
            """
            select start, start + total_compressed_size
            from (
                select
                    least(nullif(dictionary_page_offset, 0), nullif(data_page_offset, 0)) as start,
                    total_compressed_size
                from parquet_metadata($file)
                where list_contains($columns, path_in_schema)
            )
            """,
            {"file": as_pattern(path), "columns": list(columns)},
        ).fetchall()


def _put(file: int, start: int, content: bytes) -> None:
    while content:
        written = os.pwrite(file, content, start)
        content, start = content[written:], start + written

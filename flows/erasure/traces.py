"""A search for ids in the bytes of all files of a home, whatever they are."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

LONG = 8  # bytes from which on an id is not found by chance among others
SHORT = 4  # below that not even as a word
DATA = {".parquet", ".duckdb"}  # where texts stand side by side, with nothing between them


def searchable(id: str) -> bool:
    """Whether an id is looked for in every file, or is too short to be told from other bytes."""
    return len(id.encode("utf-8", "surrogatepass")) >= LONG


def traces(home: Path, ids: Iterable[str], leave_out: Iterable[Path]) -> Iterator[tuple[Path, int]]:
    """Each file below `home` that holds one of the ids, and how often; files and folders of `leave_out` are passed by.

    Data files are searched for the bytes alone, if these are LONG; others for whole words, so that `u1` is not found in
    `u12`. What a file holds in compressed form is not seen: tables are searched by queries, too.
    """
    spelled = sorted({id.encode("utf-8", "surrogatepass") for id in ids})
    anywhere = _pattern(b"", [id for id in spelled if len(id) >= LONG], b"")
    as_words = _pattern(rb"(?<![\w.@-])", [id for id in spelled if _is_word(id)], rb"(?![\w@-])")
    passed = [path.resolve() for path in leave_out]
    for path in sorted(home.rglob("*")):
        real = path.resolve()
        if path.is_symlink() or not path.is_file() or any(real.is_relative_to(one) for one in passed):
            continue
        pattern = anywhere if path.suffix in DATA else as_words
        if pattern and (found := _count(path, pattern)):
            yield path, found


def _is_word(id: bytes) -> bool:
    return len(id) >= LONG or (len(id) >= SHORT and not id.isdigit())


def _pattern(before: bytes, ids: list[bytes], after: bytes) -> re.Pattern[bytes] | None:
    return re.compile(before + b"(?:" + b"|".join(map(re.escape, ids)) + b")" + after) if ids else None


def _count(path: Path, pattern: re.Pattern[bytes]) -> int:
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return sum(1 for _ in pattern.finditer(content))
    except (FileNotFoundError, ValueError):  # gone meanwhile, as the logs of a database are, or empty
        return 0

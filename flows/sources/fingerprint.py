"""What a file is, byte for byte: its sha256 and size, and whether its gzip is whole. One pass, little memory."""

from __future__ import annotations

import hashlib
import os
import zlib
from pathlib import Path
from typing import NamedTuple

from flows.errors import SourceError
from flows.sources.files import shown
from flows.sources.stamp import CHANGED

GZIP = b"\x1f\x8b\x08"
CHUNK = 1 << 20
SLICE = 1 << 15
CUT_OFF = "is cut off before the end of its gzip: get the file again"
DAMAGED = "is damaged inside of its gzip: get the file again"


class Fingerprint(NamedTuple):
    """`sha256` in hexadecimal and the size in bytes, of the file as it lies there (gzip not unpacked)."""

    sha256: str
    bytes: int


def fingerprint(path: Path) -> Fingerprint:
    """Read the whole file once.

    A gzip file is unpacked on the way, because DuckDB reads one that is cut or damaged as far as it goes and says
    nothing. Raises SourceError where the file cannot be read, changes meanwhile, or its gzip is not whole.
    """
    digest, size, unzip = hashlib.sha256(), 0, None
    try:
        with path.open("rb", buffering=0) as file:
            before = os.fstat(file.fileno())
            while chunk := file.read(CHUNK):
                if size == 0 and chunk.startswith(GZIP):
                    unzip = Unzip()
                size += len(chunk)
                digest.update(chunk)
                if unzip:
                    unzip.check(chunk)
            after = os.fstat(file.fileno())
    except OSError as error:
        raise SourceError(f"{shown(path)} cannot be read: {error.strerror}") from error
    except zlib.error as error:
        raise SourceError(f"{shown(path)} {DAMAGED}") from error
    if unzip and not unzip.is_whole:
        raise SourceError(f"{shown(path)} {CUT_OFF}")
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or size != after.st_size:
        raise SourceError(f"{shown(path)} {CHANGED}")
    return Fingerprint(digest.hexdigest(), size)


class Unzip:
    """Checks a gzip stream of one or more members, piece by piece, and keeps nothing of what comes out."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(31)
        self.is_whole = False

    def check(self, chunk: bytes) -> None:
        """Take the next piece. Raises zlib.error where it is damaged or followed by something else."""
        # In slices: at the end of a member zlib copies what is left, and a log may be a member for each line.
        for start in range(0, len(chunk), SLICE):
            rest = chunk[start : start + SLICE]
            while rest:
                if self._member.eof:
                    self._member = zlib.decompressobj(31)
                # A bounded output at a time: a few kilobytes can unpack to gigabytes.
                self._member.decompress(rest, CHUNK)
                rest = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
        self.is_whole = self._member.eof

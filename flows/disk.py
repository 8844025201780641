"""What has to be on the disk before something else may count on it, what is in a file, and who has it open."""

from __future__ import annotations

import fcntl
import hashlib
import os
from base64 import b64encode
from contextlib import suppress
from functools import partial
from pathlib import Path


def to_disk(path: Path) -> None:
    """Return when a file, or the names in a folder, are on the disk for good. Raises OSError where that fails."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def md5_of(path: Path) -> str:
    """As Google tells it of an object. Raises OSError."""
    with path.open("rb") as file:
        return b64encode(hashlib.file_digest(file, partial(hashlib.md5, usedforsecurity=False)).digest()).decode()


def is_open(path: Path) -> bool:
    """Whether this process has the file open, or another one locks it, as every reader of a DuckDB file does."""
    wanted = path.stat()
    for handle in Path("/dev/fd").iterdir():  # locks of the system keep out other processes only
        with suppress(OSError):
            if os.path.samestat(os.fstat(int(handle.name)), wanted):
                return True
    with path.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False

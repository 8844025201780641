"""DuckDB's errors in our own words: translated here, so that nobody else needs to know the driver."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from flows.errors import ShopflowError, StorageError, WarehouseError, transient

LOCKED = "Could not set lock"  # what DuckDB says where another process has the file
_NO_ROOM = re.compile(r"No space left on device|File too large|quota exceeded|max_temp_directory_size", re.IGNORECASE)
_NO_RIGHT = re.compile(r"Read-only file system|Permission denied|Operation not permitted", re.IGNORECASE)
_HELD_HERE = re.compile(r"different configuration than existing connections|Unique file handle conflict")
_TOO_NEW = re.compile(r"newer version of DuckDB|database file with version number")
_DAMAGED = re.compile(r"not a valid DuckDB database|Corrupt database|Could not read enough bytes|checksum")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise StorageError or WarehouseError for what DuckDB or the system says about the database at `path`."""
    try:
        yield
    except duckdb.Error as error:
        raise in_our_words(path, error) from error
    except OSError as error:
        raise StorageError(f"cannot use {path}: {error.strerror or error}") from error


def in_our_words(path: Path, error: duckdb.Error) -> ShopflowError:
    """The error of ours that says what DuckDB's `error` means for the database at `path`."""
    told = str(error)
    first_line = re.sub(r"^[\w ]+ Error: ", "", told.split("\n", 1)[0])
    if LOCKED in told:
        holder = re.search(r"PID (\d+)", told)
        pid = holder[1] if holder else "unknown"
        return transient(WarehouseError(f"another run holds the warehouse (pid {pid}), wait until it ends: {path}"))
    if _HELD_HERE.search(told):
        return WarehouseError(f"the warehouse is still open elsewhere in this process: {path}")
    if _NO_ROOM.search(told):
        return StorageError(f"no room left to write {path}: {first_line}")
    if _NO_RIGHT.search(told):
        return StorageError(f"cannot write {path}: {first_line}")
    if "database does not exist" in told:
        return WarehouseError(f"there is no warehouse at {path} yet: a first run makes it")
    if _TOO_NEW.search(told):
        return WarehouseError(
            f"{path} was written by another version of DuckDB than {duckdb.__version__}: use the shopflow that wrote "
            "it, or move the file away and load the batches again"
        )
    if _DAMAGED.search(told):
        return WarehouseError(
            f"{path} is damaged or no DuckDB file: move it away and load the batches again ({first_line})"
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return WarehouseError(f"DuckDB needs more memory than SHOPFLOW_MEMORY_LIMIT allows: {first_line}")
    return WarehouseError(f"the warehouse says: {first_line}")

"""Where a batch is worked on: a DuckDB of its own with bounded memory, and a folder that is gone afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from flows.errors import StorageError
from flows.settings import Settings

# How DuckDB and the system say that a disk is full or may not be written.
NO_ROOM = (
    "No space left on device",
    "Disk quota exceeded",
    "File too large",
    "failed to offload data block",
    "max_temp_directory_size",
)
NO_RIGHT = ("Read-only file system", "Permission denied")
NO_FOLDER = ("Not a directory", "File exists")


@dataclass(frozen=True)
class Workshop:
    """A connection and the folder for what is not yet in its place."""

    connection: duckdb.DuckDBPyConnection
    folder: Path

    def path(self, name: str) -> Path:
        return self.folder / name

    def fault(self, error: Exception) -> StorageError | None:
        """The error as a sentence where it is about this workshop, None where it is about a file that is read."""
        if found := storage_error(error, self.folder):
            return found
        # Its name is found nowhere else; in what DuckDB says of a row, it may be that of the copy that is read.
        if isinstance(error, OSError | duckdb.IOException) and self.folder.name in str(error):
            said = str(error).splitlines()[0]
            return StorageError(
                f"files on their way into the lake were lost or could not be written, run again: {said}"
            )
        return None

    def count(self, query: str) -> int:
        """The one number that the query gives, 0 where that is null."""
        row = self.connection.execute(query).fetchone()
        return int(row[0] or 0) if row else 0


@contextmanager
def workshop(settings: Settings, place: Path) -> Iterator[Workshop]:
    """Opens a workshop in a new folder of its own below `place` and clears it away, whatever happens.

    Raises StorageError where the disk is full or may not be written; errors of any other sort come through as they are.
    """
    try:
        place.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=place, ignore_cleanup_errors=True) as folder, duckdb.connect() as connection:
            for setting, value in _limits(settings, Path(folder)).items():
                connection.execute(f"set {setting} = '{value}'")
            yield Workshop(connection, Path(folder))
    except (OSError, duckdb.Error) as error:
        raise storage_error(error, settings.home) or error from error


def storage_error(error: Exception, home: Path) -> StorageError | None:
    """The error as a sentence where the disk is full or cannot be written, None where it is something else."""
    said = str(error)
    if isinstance(error, duckdb.OutOfMemoryException) and "max_temp_directory_size" not in said:
        return StorageError("The files need more memory than SHOPFLOW_MEMORY_LIMIT allows: set it higher")
    if any(sign in said for sign in NO_ROOM):
        return StorageError(f"The disk of {home} is full: make room there, or set SHOPFLOW_HOME to another disk")
    if any(sign in said for sign in NO_RIGHT) and str(home) in said:
        return StorageError(f"{home} cannot be written: give this user the right to, or set SHOPFLOW_HOME")
    if isinstance(error, OSError) and any(sign in said for sign in NO_FOLDER) and str(home) in said:
        return StorageError(
            f"{home} cannot be a folder, something else is in its way: take it away, or set SHOPFLOW_HOME"
        )
    return None


def _limits(settings: Settings, folder: Path) -> dict[str, str]:
    return {
        "memory_limit": settings.memory_limit,
        "threads": str(settings.threads),
        "temp_directory": str(folder / "spill").replace("'", "''"),
        "TimeZone": "UTC",
        "preserve_insertion_order": "false",
        "enable_progress_bar": "false",
        "autoinstall_known_extensions": "false",
    }

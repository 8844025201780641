"""How the product opens DuckDB: within the bounds of its settings, in UTC, and installing nothing."""

from __future__ import annotations

from pathlib import Path

import duckdb

from flows.errors import WarehouseError
from flows.settings import Settings


def connect(
    settings: Settings, path: Path | None = None, *, spill: Path, read_only: bool = False
) -> duckdb.DuckDBPyConnection:
    """A connection to the file at `path`, or to a database in memory for `None`, that spills to the folder `spill`.

    Two databases cannot share a spill folder. Raises WarehouseError for a path that DuckDB would get wrong, else
    what DuckDB raises: translate it with `duck_errors.translated`.
    """
    if path is not None and "?" in str(path):  # it would take the rest for options, and lose its log
        raise WarehouseError(f"DuckDB cannot keep a file below a folder with a question mark in its name: {path}")
    connection = duckdb.connect(
        str(path or ":memory:"),
        read_only=read_only,
        config={
            "autoinstall_known_extensions": "false",
            "memory_limit": settings.memory_limit,
            "temp_directory": str(spill),
            "threads": settings.threads,
        },
    )
    connection.execute("set TimeZone = 'UTC'")
    return connection

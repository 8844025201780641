"""What dbt's DuckDB adapter keeps open in this process. With another adapter there is nothing, and nothing happens."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Any

import duckdb


def rows_in(relation: str) -> int | None:
    """Rows of a relation, by dbt's own open database; None where there is none. DuckDB's answers do not tell rows."""
    database = getattr(_environment(), "conn", None)
    if database is None:
        return None
    with suppress(duckdb.Error), database.cursor() as cursor:
        found = cursor.execute(f"select count(*) from {relation}").fetchone()
        return int(found[0]) if found else None
    return None


def let_go() -> None:
    """Give the file free that an in-process dbt holds until the process ends. Does nothing where none is held."""
    environment = _environment()
    if environment is not None:
        environment.close()
        _manager().close_all_connections()


def _manager() -> Any:
    adapter = sys.modules.get("dbt.adapters.duckdb.connections")
    return getattr(adapter, "DuckDBConnectionManager", None)


def _environment() -> Any:
    return getattr(_manager(), "_ENV", None)

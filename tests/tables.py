"""The rows of the published marts, for tests that compare two shops."""

from __future__ import annotations

from typing import Any

import duckdb

from flows import serving
from flows.settings import Settings


def rows_of_marts(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of every mart of the current serving copy, in one order."""
    copy = serving.current(settings)
    assert copy is not None, "nothing was published"
    with duckdb.connect(str(copy), read_only=True) as connection:
        marts = connection.execute("select table_name from duckdb_tables() where schema_name = 'marts' order by all")
        return {mart: connection.execute(f"from marts.{mart} order by all").fetchall() for (mart,) in marts.fetchall()}

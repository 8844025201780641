"""The marts of a serving copy: see `flows.warehouse.marts.Marts`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from flows.settings import Settings
from flows.sources.sql import quoted
from flows.warehouse.duck_connect import connect
from flows.warehouse.duck_errors import translated
from flows.warehouse.marts import AT_ONCE, Row


class DuckMarts:
    """One serving copy, which stays as it is for as long as this is open, whatever is published meanwhile."""

    def __init__(self, settings: Settings, copy: Path) -> None:
        self._copy = copy
        with translated(copy):
            self._connection = connect(settings, copy, spill=settings.home / "spill" / "export", read_only=True)
            # In order, groups of rows that are read ahead of their turn would wait in memory.
            self._connection.execute("set preserve_insertion_order = false")

    def close(self) -> None:
        self._connection.close()

    def names(self) -> list[str]:
        with translated(self._copy):
            found = self._connection.execute(
                "select table_name from duckdb_tables() where schema_name = 'marts' order by table_name"
            ).fetchall()
        return [name for (name,) in found]

    def pages(self, mart: str) -> tuple[list[str], Iterator[list[Row]]]:
        with translated(self._copy):
            answer = self._connection.execute(f'from marts."{mart}"')
            names = [column[0] for column in answer.description]

        def pages() -> Iterator[list[Row]]:
            with translated(self._copy):
                while page := answer.fetchmany(AT_ONCE):
                    yield page

        return names, pages()

    def to_parquet(self, mart: str, path: Path) -> int:
        with translated(path.parent):
            columns = self._connection.execute(f'describe marts."{mart}"').fetchall()
            listed = ", ".join(
                f'"{name}"::timestamptz as "{name}"' if kind == "TIMESTAMP" else f'"{name}"'
                for name, kind, *_ in columns
            )
            written = self._connection.execute(
                f'copy (select {listed} from marts."{mart}") to {quoted(path)} (format parquet, compression zstd)'
            ).fetchone()
        return int(written[0]) if written else 0

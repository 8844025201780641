"""The marts as readers see them, whole and as a stream: of the current serving copy, or of BigQuery."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from flows import serving
from flows.settings import Settings

AT_ONCE = 10_000  # rows of a page: what is held in memory, however many a mart has

Row = tuple[Any, ...]


class Marts(Protocol):
    """What was published. Every method raises WarehouseError or StorageError in place of the driver's own errors."""

    def names(self) -> list[str]:
        """The marts that there are, in order of their names; none where nothing was published yet."""
        ...

    def pages(self, mart: str) -> tuple[list[str], Iterator[list[Row]]]:
        """The columns of a mart of `names`, and its rows in no order, some at a time. Instants are UTC, without a
        zone."""
        ...

    def to_parquet(self, mart: str, path: Path) -> int:
        """Write a mart of `names` to a new file; how many rows. Instants are marked as UTC, amounts stay decimals."""
        ...


@contextmanager
def published_marts(settings: Settings) -> Iterator[Marts | None]:
    """The marts that readers see, opened to be read only; None where there is no serving copy yet."""
    if settings.target == "bigquery":
        from flows.warehouse.bigquery_marts import BigQueryMarts

        yield BigQueryMarts(settings)
        return
    copy = serving.current(settings)
    if copy is None:
        yield None
        return
    from flows.warehouse.duck_marts import DuckMarts

    marts = DuckMarts(settings, copy)
    try:
        yield marts
    finally:
        marts.close()

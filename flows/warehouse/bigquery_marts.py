"""The marts in BigQuery: see `flows.warehouse.marts.Marts`. Each is one query under the cap, read page by page."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from flows.errors import WarehouseError
from flows.settings import Settings
from flows.warehouse.bigquery_jobs import Jobs, plain
from flows.warehouse.marts import AT_ONCE, Row

BEING_BUILT = "__dbt_"  # in the names of dbt's own tables beside the one that it is making


class BigQueryMarts:
    """The marts of the dataset of `settings`."""

    def __init__(self, settings: Settings) -> None:
        self._jobs = Jobs.begin(settings)
        self._dataset = self._jobs.dataset("marts")

    def names(self) -> list[str]:
        from google.api_core.exceptions import NotFound

        try:
            with self._jobs.translated("a list of the marts"):
                tables = list(self._jobs.client.list_tables(self._dataset, retry=self._jobs.retry))
        except WarehouseError as error:
            if isinstance(error.__cause__, NotFound):
                return []
            raise
        return sorted(table.table_id for table in tables if BEING_BUILT not in table.table_id)

    def pages(self, mart: str) -> tuple[list[str], Iterator[list[Row]]]:
        decimals, job = self._decimals(mart), self._jobs.run(f"select * from marts.{mart}")
        with self._jobs.translated(f"the rows of {mart}"):
            found = job.result(retry=self._jobs.retry, page_size=AT_ONCE)
        names = [field.name for field in found.schema]
        places = [decimals[name][1] if name in decimals else None for name in names]

        def pages() -> Iterator[list[Row]]:
            with self._jobs.translated(f"the rows of {mart}"):
                for page in found.pages:
                    yield [
                        tuple(_as_declared(value, scale) for value, scale in zip(row.values(), places, strict=True))
                        for row in page
                    ]

        return names, pages()

    def to_parquet(self, mart: str, path: Path) -> int:
        import pyarrow
        import pyarrow.parquet

        decimals, job = self._decimals(mart), self._jobs.run(f"select * from marts.{mart}")
        rows = 0
        with self._jobs.translated(f"the rows of {mart}"):
            told = job.result(retry=self._jobs.retry, max_results=0).to_arrow(create_bqstorage_client=False).schema
            columns = pyarrow.schema(
                field.with_type(pyarrow.decimal128(*decimals[field.name])) if field.name in decimals else field
                for field in told
            )
            with pyarrow.parquet.ParquetWriter(path, columns, compression="zstd") as file:
                for batch in job.result(retry=self._jobs.retry, page_size=AT_ONCE).to_arrow_iterable():
                    file.write_table(pyarrow.Table.from_batches([batch]).cast(columns))
                    rows += batch.num_rows
        return rows

    def _decimals(self, mart: str) -> dict[str, tuple[int, int]]:
        """Digits and decimals of the columns that declare them; the answer to a query does not tell."""
        with self._jobs.translated(f"the columns of {mart}"):
            table = self._jobs.client.get_table(f"{self._dataset}.{mart}", retry=self._jobs.retry)
        return {field.name: (field.precision, field.scale or 0) for field in table.schema if field.precision}


def _as_declared(value: Any, scale: int | None) -> Any:
    return round(value, scale) if isinstance(value, Decimal) and scale is not None else plain(value)

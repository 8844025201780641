"""A batch in BigQuery: its own tables in dataset `lake`, beside those of `raw`. Imports soda: only for judging."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import soda_core.contracts  # noqa: F401  soda's data sources cannot be imported before its contracts
from soda_bigquery.common.data_sources.bigquery_data_source import BigQueryDataSourceImpl
from soda_bigquery.common.data_sources.bigquery_data_source_connection import (
    BigQueryDataSource,
    BigQueryDataSourceConnection,
)

from flows.contracts.view import SCHEMA, SOURCE, Place
from flows.lake import Lake
from flows.receipts import Validated
from flows.settings import Settings
from flows.warehouse import open_warehouse
from flows.warehouse.batch import rows_by_table
from flows.warehouse.bigquery import BigQueryWarehouse
from flows.warehouse.bigquery_dbapi import Asking


@contextmanager
def place(validated: Validated, settings: Settings, beside: Sequence[Validated] = ()) -> Iterator[Place]:
    """Load a batch into tables of its own, where `load` finds it afterwards.

    Raises LedgerError, WarehouseError and StorageError as `BigQueryWarehouse.stage`, and WarehouseError at the end of
    the block if soda was not answered for a reason that is none of a contract's.
    """
    with open_warehouse(settings) as opened:
        warehouse = cast(BigQueryWarehouse, opened)
        lake = Lake.of(settings)
        names = warehouse.stage(validated, lake)
        # Whoever is first begins a load job, and the others wait for it: its id is derived from the batch.
        others = [
            warehouse.stage(other, lake) for other in beside if rows_by_table(other).keys() & {"users", "products"}
        ]
        asking = warehouse.asking()
        project, dataset = warehouse.dataset(SCHEMA).split(".")
        yield Place(
            source=_source(asking, project),
            namespace=f"{project}/{dataset}",
            names=names,
            known={
                "users": _known("users", "user_id", [names, *others]),
                "products": _known("products", "product_id", [names, *others]),
            },
            sampled="mod(farm_fingerprint(event_id), 16) = 0",
        )
        if asking.failure:
            raise asking.failure


def _known(table: str, key: str, batches: Sequence[dict[str, str]]) -> str:
    """A query and not a view, which would stay behind, and whose making would be a job of its own."""
    told = [
        f"select {key} from {place}" for place in [*(f"{SCHEMA}.{names[table]}" for names in batches), f"raw.{table}"]
    ]
    return f"({' union distinct '.join(told)})"


class _Connection(BigQueryDataSourceConnection):  # type: ignore[misc]
    """Soda's connection over our own client: it would make one itself, with credentials from elsewhere and no cap."""

    def __init__(self, asking: Asking, told: BigQueryDataSource) -> None:
        self._asking = asking
        super().__init__(told.name, told.connection_properties)

    def _create_connection(self, config: Any) -> Any:
        return self._asking.connection()


def _source(asking: Asking, project: str) -> BigQueryDataSourceImpl:
    told = BigQueryDataSource(
        name=SOURCE, type="bigquery", connection={"use_context_auth": True, "project_id": project}
    )
    return BigQueryDataSourceImpl(data_source_model=told, connection=_Connection(asking, told))

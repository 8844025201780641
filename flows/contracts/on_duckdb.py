"""A batch in DuckDB: its files in the lake as views in memory, beside the warehouse. Imports soda: only for judging."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import soda_core.contracts  # noqa: F401  soda's data sources cannot be imported before its contracts
from duckdb import DuckDBPyConnection
from soda_duckdb.common.data_sources.duckdb_data_source import DuckDBDataSourceImpl

from flows.contracts.view import SCHEMA, SOURCE, Place
from flows.lake import Lake
from flows.receipts import Validated
from flows.records import RECORDS
from flows.settings import Settings
from flows.sources.files import as_pattern
from flows.sources.sql import listed, quoted
from flows.warehouse.batch import files_by_table
from flows.warehouse.duck_connect import connect
from flows.warehouse.duck_errors import translated
from flows.warehouse.tables import raw_fields


@contextmanager
def place(validated: Validated, settings: Settings, beside: Sequence[Validated] = ()) -> Iterator[Place]:
    """Lay out a batch. Raises LedgerError if a file is missing, WarehouseError if one cannot be read."""
    lake = Lake.of(settings)
    files, others = files_by_table(validated, lake), [files_by_table(other, lake) for other in beside]
    with (
        translated(settings.warehouse_path),
        TemporaryDirectory(prefix=".judge-", dir=settings.home) as spill,
        connect(settings, spill=Path(spill)) as connection,
    ):
        connection.execute(f"create schema {SCHEMA}")
        for table in RECORDS:
            if table in files:
                paths = ", ".join(quoted(as_pattern(path)) for path in files[table])
                rows = f"select * from read_parquet([{paths}], hive_partitioning = false)"
            else:
                rows = f"select {', '.join(f'null::{f.duckdb} as {f.name}' for f in raw_fields(table))} where false"
            connection.execute(f"create view {SCHEMA}.{table} as {rows}")
        yield Place(
            source=DuckDBDataSourceImpl.from_existing_cursor(connection, name=SOURCE),
            namespace=SCHEMA,
            names={table: table for table in RECORDS},
            known=_known(connection, settings, others),
            sampled="hash(event_id) % 16 = 0",
        )


def _known(
    connection: DuckDBPyConnection, settings: Settings, others: Sequence[dict[str, list[Path]]]
) -> dict[str, str]:
    """Views of the users and products that this batch, one beside it or any loaded one tells of."""
    loaded = set()  # none also in a warehouse whose maker was killed before it had made the tables
    if settings.warehouse_path.exists():
        connection.execute(f"attach {quoted(settings.warehouse_path)} as warehouse (read_only)")
        tables = "from duckdb_tables() where database_name = 'warehouse' and schema_name = 'raw'"
        loaded = {table for (table,) in connection.execute(f"select table_name {tables}").fetchall()}
    known = {}
    for table, key in (("users", "user_id"), ("products", "product_id")):
        rows = f"select {key} from {SCHEMA}.{table}"
        if beside := [path for files in others for path in files.get(table, [])]:
            rows += f" union all select {key} from read_parquet({listed(as_pattern(path) for path in beside)})"
        if table in loaded:
            rows += f" union all select {key} from warehouse.raw.{table}"
        known[table] = f"{SCHEMA}.known_{table}"
        connection.execute(f"create view {known[table]} as select distinct {key} from ({rows})")
    return known

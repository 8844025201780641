"""A batch as the contracts see it: its files in the lake as views in memory, and what is known beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory

from duckdb import DuckDBPyConnection

from flows.lake import Lake
from flows.receipts import TableCount, Validated
from flows.records import RECORDS
from flows.settings import Settings
from flows.sources import FORMATS
from flows.sources.files import as_pattern
from flows.sources.sql import quoted
from flows.warehouse.batch import files_by_table, rows_by_table
from flows.warehouse.duck_connect import connect
from flows.warehouse.duck_errors import translated
from flows.warehouse.tables import raw_fields

SCHEMA = "lake"
# Grouping ten million ids takes five seconds; a sixteenth of the ids gives the share as exactly as it is needed.
SAMPLE_ABOVE = 500_000
SAMPLED = "hash(event_id) % 16 = 0"


@dataclass(frozen=True)
class View:
    """What a contract is judged on: a connection, the tables of the batch, and the facts that the manifest holds."""

    connection: DuckDBPyConnection
    validated: Validated
    tables: tuple[str, ...]

    def variables(self, table: str) -> dict[str, str]:
        """The variables of a table's contract."""
        validated = self.validated
        count = next((c for c in validated.counts if c.table == table), TableCount(table, 0, 0, 0, 0))
        return {
            "data_source": "shopflow",
            "namespace": SCHEMA,
            "schema": SCHEMA,
            "timestamp": "timestamp",
            "landed_at": validated.batch.landed_at.astimezone(UTC).isoformat(),
            "refused_percent": _percent(count.quarantined, count.rows_read),
            "duplicate_percent": _percent(count.duplicates, count.rows_read),
            "sampled": SAMPLED if count.accepted > SAMPLE_ABOVE else "true",
        }

    def is_erased(self, table: str) -> bool:
        """Whether a table has no rows because all that passed were of people who were forgotten."""
        return any(c.table == table and c.erased and not c.accepted for c in self.validated.counts)

    def reason_to_skip(self, table: str, attributes: Mapping[str, object]) -> str | None:
        """Why a check with these `attributes` of its contract says nothing about this batch, or None."""
        if table not in rows_by_table(self.validated):
            return "there are no rows"
        if (needed := attributes.get("needs")) and (format := self._lacking(table, str(needed))):
            return f"{format} does not tell {needed}"
        days, limit = self.validated.event_dates, attributes.get("history_days")
        if limit is not None and days and (span := (days[-1] - days[0]).days + 1) > int(str(limit)):
            return f"the batch is a history of {span} days"
        return None

    def _lacking(self, table: str, needed: str) -> str | None:
        formats = {file.format for file in self.validated.batch.files if file.table == table}
        if not formats:  # rows of this table were derived from others
            formats = {file.format for file in self.validated.batch.files}
        lacking = [
            name for name in formats if name in FORMATS and {needed, f"{table}.{needed}"} & {*FORMATS[name].lacks}
        ]
        return ", ".join(sorted(lacking)) if len(lacking) == len(formats) else None


@contextmanager
def batch_view(validated: Validated, settings: Settings) -> Iterator[View]:
    """Open the view of a batch. Raises LedgerError if a file is missing, WarehouseError if one cannot be read."""
    files = files_by_table(validated, Lake.of(settings))
    tables = tuple(table for table in RECORDS if table in files or table in {c.table for c in validated.counts})
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
        _know(connection, settings)
        yield View(connection, validated, tables)


def _know(connection: DuckDBPyConnection, settings: Settings) -> None:
    """Make views of the users and products that this batch or any loaded one tells of."""
    loaded = set()  # none also in a warehouse whose maker was killed before it had made the tables
    if settings.warehouse_path.exists():
        connection.execute(f"attach {quoted(settings.warehouse_path)} as warehouse (read_only)")
        tables = "from duckdb_tables() where database_name = 'warehouse' and schema_name = 'raw'"
        loaded = {table for (table,) in connection.execute(f"select table_name {tables}").fetchall()}
    for table, key in (("users", "user_id"), ("products", "product_id")):
        known = f"select {key} from {SCHEMA}.{table}"
        if table in loaded:
            known += f" union all select {key} from warehouse.raw.{table}"
        connection.execute(f"create view {SCHEMA}.known_{table} as select distinct {key} from ({known})")


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.6f}" if whole else "0"

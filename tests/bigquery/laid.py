"""Marts that are laid onto the emulator as they are, without loading and building anything."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from google.cloud import bigquery

from dashboards import published
from flows.receipts import Changes
from flows.settings import Settings
from flows.warehouse.bigquery_changes import mark_built
from flows.warehouse.bigquery_jobs import Jobs
from flows.warehouse.bigquery_tables import insertion, prepare
from tests.dashboards.conftest import write_copy
from tests.dashboards.small_shop import Tables

KINDS = {"VARCHAR": "STRING", "BIGINT": "INTEGER", "HUGEINT": "INTEGER", "DOUBLE": "FLOAT", "BOOLEAN": "BOOLEAN"}


class Shop:
    """A shop on the emulator, whose marts are put there as a serving copy has them."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings, self.jobs, self._folder = settings, Jobs.begin(settings), folder

    def publish(self, tables: Tables) -> Path:
        """Publish the rows on both engines; the path of the copy that holds the same."""
        copy = self._folder / f"{len(list(self._folder.glob('*.duckdb')))}.duckdb"
        write_copy(copy, tables)
        prepare(self.jobs)
        with duckdb.connect(copy, read_only=True) as connection:
            marts = connection.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
            for (mart,) in marts:
                self._lay(connection, mart)
        for table in ("batches", "receipts"):
            self.jobs.run(f"delete from ops.{table} where true")
            if rows := tables.get(f"ops.{table}"):
                self.jobs.run(*insertion(table, *rows))
        self.jobs.run("delete from ops.settings where true")
        self.jobs.run("insert into ops.settings (name, value) values ('reporting_timezone', 'Europe/Berlin')")
        mark_built(self.jobs, Changes(), "models", datetime.now(UTC))
        published._marts.clear()  # type: ignore[attr-defined]  # the page looks again after some seconds
        return copy

    def _lay(self, connection: duckdb.DuckDBPyConnection, mart: str) -> None:
        columns = connection.execute(f"describe marts.{mart}").fetchall()
        schema = [_field(name, kind) for name, kind, *_ in columns]
        place, file = f"{self.jobs.dataset('marts')}.{mart}", self._folder / "rows.parquet"
        connection.execute(f"copy (from marts.{mart}) to '{file}' (format parquet)")
        self.jobs.client.delete_table(place, not_found_ok=True)
        self.jobs.client.create_table(bigquery.Table(place, schema=schema))
        config = bigquery.LoadJobConfig(schema=schema, source_format="PARQUET")
        with file.open("rb") as rows:
            self.jobs.client.load_table_from_file(rows, place, job_config=config).result()


def _field(name: str, kind: str) -> bigquery.SchemaField:
    if kind.startswith("DECIMAL"):
        digits, places = map(int, re.findall(r"\d+", kind))
        return bigquery.SchemaField(name, "NUMERIC", precision=digits, scale=places)
    return bigquery.SchemaField(name, KINDS.get(kind, kind))

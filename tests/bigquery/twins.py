"""One shop in two warehouses: what lies in DuckDB's `raw` is laid into BigQuery's, and dbt builds both."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from google.cloud import bigquery

from flows.lake import Lake
from flows.receipts import Built
from flows.records import RECORDS
from flows.settings import Settings
from flows.transform import transform
from flows.warehouse.bigquery_jobs import Jobs
from flows.warehouse.bigquery_tables import insertion, prepare
from flows.warehouse.duck_changes import waiting
from tests.increments.shop import Shop

Cells = tuple[Any, ...]


class Twins:
    """A shop on DuckDB, and the same on BigQuery: batches come and go in `duck`, `build` brings both up to date."""

    def __init__(self, duck: Shop, settings: Settings, folder: Path) -> None:
        self.duck, self.settings, self.jobs, self._folder = duck, settings, Jobs.begin(settings), folder
        prepare(self.jobs)

    def build(self) -> Built:
        """Build what waits, as the flow tells dbt of it, and test it on BigQuery."""
        changes = waiting(self.duck.con, "models")
        for dataset in ("raw", "removed"):
            for table in RECORDS:
                self._lay(dataset, table)
        built = transform(self.settings, changes)
        self.duck.build()
        return built

    def differences(self) -> dict[str, list[str]]:
        """By model: a few rows that only one of the two has, each with the side that has it."""
        found = {}
        for relation in self.duck.relations:
            cloud, duck = self.cloud(relation), duck_rows(self.duck, relation)
            told = [*(f"BigQuery: {row}" for row in cloud - duck), *(f"DuckDB: {row}" for row in duck - cloud)]
            if told:
                found[relation] = told[:1] + told[-1:]
        return found

    def cloud(self, relation: str) -> Counter[Cells]:
        """The rows of a relation on BigQuery; each column with its name, in the order of names."""
        return Counter(map(cells, self.jobs.rows(f"select * from {relation}")))

    def to_lake(self, lake: Lake) -> None:
        """Put the events of each batch into a file of the lake, and what a load would say of them into the ledger."""
        batches = "select batch_id, count(*), list(distinct event_date) from raw.events group by batch_id"
        now = datetime.now(UTC)
        for batch_id, rows, days in self.duck.con.execute(batches).fetchall():
            (file,) = lake.accepted_files("events", batch_id)
            self._write("raw", "events", file, f"where batch_id = '{batch_id}'")
            counts = dict.fromkeys(("quarantined", "duplicates", "derived"), 0) | {"rows_read": rows, "accepted": rows}
            told = {"rows_by_table": json.dumps({"events": rows}), "refused_by_reason": "{}", "source_files": []}
            whole = {"batch_id": batch_id, "landed_at": now, "loaded_at": now, "event_dates": days} | counts | told
            self.jobs.run(*insertion("batches", whole))

    def _write(self, dataset: str, table: str, file: Path, condition: str = "") -> None:
        columns = self.duck.con.execute(f"describe {dataset}.{table}").fetchall()
        cells = [f"{name} at time zone 'UTC' as {name}" if kind == "TIMESTAMP" else name for name, kind, *_ in columns]
        file.parent.mkdir(parents=True, exist_ok=True)
        self.duck.con.execute(f"copy (select {', '.join(cells)} from {dataset}.{table} {condition}) to '{file}'")

    def _lay(self, dataset: str, table: str) -> None:
        """Put the rows of a table of DuckDB in the place of those of BigQuery's, by a load job."""
        place, file = f"{self.jobs.dataset(dataset)}.{table}", self._folder / "rows.parquet"
        self._write(dataset, table, file)
        every_row = "event_date >= '1000-01-01'" if table == "events" else "true"
        self.jobs.run(f"delete from {dataset}.{table} where {every_row}")
        config = bigquery.LoadJobConfig(source_format="PARQUET", write_disposition="WRITE_APPEND")
        with file.open("rb") as rows:
            self.jobs.client.load_table_from_file(rows, place, job_config=config).result()


def duck_rows(duck: Shop, relation: str) -> Counter[Cells]:
    """The same on DuckDB."""
    result = duck.con.execute(f"select * from {relation}")
    names = [column[0] for column in result.description]
    return Counter(cells(dict(zip(names, row, strict=True))) for row in result.fetchall())


def cells(row: dict[str, Any]) -> Cells:
    """A row to compare: instants of both warehouses are in UTC, whether they say so or not."""
    return tuple((name, _plain(value)) for name, value in sorted(row.items()))


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else value

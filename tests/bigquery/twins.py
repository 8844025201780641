"""One shop in two warehouses: what lies in DuckDB's `raw` is laid into BigQuery's, and dbt builds both."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from google.cloud import bigquery

from flows.receipts import Built
from flows.records import RECORDS
from flows.settings import Settings
from flows.transform import transform
from flows.warehouse.bigquery_jobs import Jobs
from flows.warehouse.bigquery_tables import prepare
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

    def _lay(self, dataset: str, table: str) -> None:
        """Put the rows of a table of DuckDB in the place of those of BigQuery's, by a load job."""
        place, file = f"{self.jobs.dataset(dataset)}.{table}", self._folder / "rows.parquet"
        columns = self.duck.con.execute(f"describe {dataset}.{table}").fetchall()
        cells = [f"{name} at time zone 'UTC' as {name}" if kind == "TIMESTAMP" else name for name, kind, *_ in columns]
        self.duck.con.execute(f"copy (select {', '.join(cells)} from {dataset}.{table}) to '{file}'")
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

"""BigQuery's API as plain requests, which nobody tries again."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import requests

from emulator.start import Emulator


class Refused(Exception):
    """Of a request or of a job, with BigQuery's reason before the sentence."""


class Wire:
    """One dataset on one emulator. Everything raises Refused where BigQuery's client would raise."""

    def __init__(self, emulator: Emulator, dataset: str, folder: Path) -> None:
        self.emulator, self.dataset, self._folder = emulator, dataset, folder
        self._numbers: Iterator[int] = count()
        self.call("POST", "datasets", {"datasetReference": {"datasetId": dataset}})

    def call(self, method: str, path: str, body: Any = None) -> Any:
        place = f"{self.emulator.endpoint}/bigquery/v2/projects/{self.emulator.project}/{path}"
        answer = requests.request(method, place, json=body, timeout=20)
        told = answer.json() if answer.content else {}
        if answer.status_code >= 400:
            raise Refused(f"{answer.status_code} {told}")
        if error := told.get("status", {}).get("errorResult"):
            raise Refused(f"{error['reason']}: {error['message']}")
        return told

    def rows(self, sql: str, **query: Any) -> list[list[Any]]:
        """The cells of a question; `query` is what else the job's configuration says."""
        job = self.job({"query": {"query": sql, "useLegacySql": False, **query}})
        told = self.call("GET", f"queries/{job['jobReference']['jobId']}")
        return [[cell["v"] for cell in row["f"]] for row in told.get("rows", [])]

    def job(self, configuration: dict[str, Any], job_id: str = "") -> Any:
        reference = {"jobReference": {"jobId": job_id}} if job_id else {}
        return self.call("POST", "jobs", {"configuration": configuration, **reference})

    def table(self, name: str, *columns: str, **more: Any) -> dict[str, str]:
        """Make a table; a column is `name TYPE` or `name TYPE REQUIRED`."""
        fields = [dict(zip(("name", "type", "mode"), column.split(), strict=False)) for column in columns]
        self.call("POST", f"datasets/{self.dataset}/tables", {"schema": {"fields": fields}, **self.named(name), **more})
        return self.named(name)["tableReference"]

    def named(self, table: str) -> dict[str, dict[str, str]]:
        return {"tableReference": {"projectId": self.emulator.project, "datasetId": self.dataset, "tableId": table}}

    def get(self, table: str) -> Any:
        return self.call("GET", f"datasets/{self.dataset}/tables/{table}")

    def load(self, table: str, *files: str, **load: Any) -> Any:
        target = self.named(table)["tableReference"]
        told = {"sourceUris": list(files), "destinationTable": target, "sourceFormat": "PARQUET", **load}
        return self.job({"load": told})

    def parquet(self, select: str) -> str:
        """A file of what DuckDB makes of a question."""
        file = self._folder / f"{next(self._numbers)}.parquet"
        duckdb.execute(f"copy ({select}) to '{file}'")
        return f"file://{file}"

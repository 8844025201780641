"""Audit: is every row that was ever read where the ledger says? Counts `raw`, the lake and the quarantine."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from flows.lake import Lake
from flows.records import RECORDS
from flows.settings import Settings
from flows.sources.files import as_pattern
from flows.sources.sql import listed
from flows.warehouse import open_warehouse


def audit(settings: Settings) -> list[str]:
    """One sentence for each place with too many rows or too few; empty where the ledger closes over all history.

    Changes nothing. Files of the lake are counted by their footers. Raises WarehouseError where the warehouse cannot be
    read, or another process holds it.

    >>> audit(settings)  # doctest: +SKIP
    []
    """
    with open_warehouse(settings, read_only=True) as warehouse:
        found = warehouse.imbalances(thorough=True)
        batches = warehouse.query("from ops.batches order by loaded_at, batch_id")
    lake = Lake(settings.lake)
    return [*found, *_accepted(lake, batches), *_refused(lake, batches)]


def _accepted(lake: Lake, batches: list[dict[str, Any]]) -> Iterator[str]:
    said = {
        path: rows
        for batch in batches
        for table, rows in json.loads(batch["rows_by_table"]).items()
        for path in lake.accepted_files(table, batch["batch_id"])
    }
    found = _rows(said)
    for path, rows in said.items():
        if found[path] != rows:
            yield f"{path} has {found[path]} rows, but {rows} by the ledger"


def _refused(lake: Lake, batches: list[dict[str, Any]]) -> Iterator[str]:
    paths = {batch["batch_id"]: [lake.quarantine(table, batch["batch_id"]) for table in RECORDS] for batch in batches}
    found = _rows(path for files in paths.values() for path in files)
    for batch in batches:
        said = batch["quarantined"] + (batch["replayed"] or 0)
        kept = sum(found[path] for path in paths[batch["batch_id"]])
        if kept != said:
            yield f"the quarantine has {kept} rows of batch {batch['batch_id']}, but {said} by the ledger"


def _rows(paths: Iterable[Path]) -> Counter[Path]:
    """Rows of each Parquet file, 0 for those that are not there."""
    there = [path for path in paths if path.is_file()]
    if not there:
        return Counter()
    query = f"select file_name, num_rows from parquet_file_metadata({listed(as_pattern(path) for path in there)})"
    with duckdb.connect() as connection:
        return Counter({Path(name): rows for name, rows in connection.execute(query).fetchall()})

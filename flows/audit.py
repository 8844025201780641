"""Audit: is every row that was ever read where the ledger says? Counts `raw`, the lake and the quarantine."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

from flows.errors import StorageError
from flows.lake import Lake
from flows.quarantine.unloaded import unloaded
from flows.records import RECORDS
from flows.settings import Settings
from flows.sources.files import as_pattern
from flows.sources.sql import listed
from flows.warehouse import Warehouse, open_warehouse

LET_GO = "the next `shopflow maintain` takes their files away"
NEVER_LOADED = "was never loaded: the next `shopflow replay` takes its files away"


def audit(settings: Settings) -> list[str]:
    """One sentence for each place with too many rows or too few; empty where the ledger closes over all history.

    So are files that cannot be read, and those of a replay that was killed before it was loaded. Changes nothing. Files
    of the lake are counted by their footers, those of a bucket as it has them now, whatever the home's folder holds.
    Raises WarehouseError where the warehouse cannot be read, or another process holds it, StorageError where the bucket
    cannot.

    >>> audit(settings)  # doctest: +SKIP
    []
    """
    with Lake.of(settings).afresh() as lake:
        with open_warehouse(settings, read_only=True) as warehouse:
            found = warehouse.imbalances(thorough=True)
            batches = warehouse.query("select * from ops.batches order by loaded_at, batch_id")
            orphans = [*_unloaded(warehouse, lake)]
        return [*found, *_accepted(lake, batches), *_refused(lake, batches), *orphans]


def _accepted(lake: Lake, batches: list[dict[str, Any]]) -> Iterator[str]:
    said = {
        path: rows
        for batch in batches
        for table, rows in json.loads(batch["rows_by_table"]).items()
        for path in lake.accepted_files(table, batch["batch_id"])
    }
    found, damaged = _rows(lake, said)
    yield from damaged.values()
    for path, rows in said.items():
        if path not in damaged and found[path] != rows:
            yield f"{lake.name(path)} has {found[path]} rows, but {rows} by the ledger"


def _refused(lake: Lake, batches: list[dict[str, Any]]) -> Iterator[str]:
    paths = {batch["batch_id"]: [lake.quarantine(table, batch["batch_id"]) for table in RECORDS] for batch in batches}
    found, damaged = _rows(lake, [path for files in paths.values() for path in files])
    yield from damaged.values()
    for batch in batches:
        said, files = batch["quarantined"] + (batch["replayed"] or 0), paths[batch["batch_id"]]
        kept = sum(found[path] for path in files)
        if at := batch.get("purged_at"):
            if kept:
                yield f"the quarantine has {kept} rows of batch {batch['batch_id']}, let go on {at:%Y-%m-%d}: {LET_GO}"
        elif kept != said and not any(path in damaged for path in files):
            yield f"the quarantine has {kept} rows of batch {batch['batch_id']}, but {said} by the ledger"


def _unloaded(warehouse: Warehouse, lake: Lake) -> Iterator[str]:
    try:
        for told in unloaded(warehouse, lake):
            manifest = lake.name(lake.manifest(told.batch.batch_id))
            yield f"{manifest} is of a replay of batch {told.batch.replay_of} that {NEVER_LOADED}"
    except StorageError as error:
        yield str(error)


def _rows(lake: Lake, paths: Collection[Path]) -> tuple[Counter[Path], dict[Path, str]]:
    """Rows of each Parquet file, 0 for those that are not there, and a sentence for each that cannot be read."""
    lake.outline(paths)
    there = [path for path in paths if path.is_file()]
    damaged: dict[Path, str] = {}
    with duckdb.connect() as connection:
        try:
            return _counted(connection, there), damaged
        except duckdb.Error:  # it names one file at most, and counts none
            found = Counter[Path]()
            for path in there:
                try:
                    found |= _counted(connection, [path])
                except duckdb.Error as error:
                    said = str(error).splitlines()[0].replace(str(path), lake.name(path))
                    damaged[path] = f"{lake.name(path)} is damaged or cannot be read: {said}"
            return found, damaged


def _counted(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> Counter[Path]:
    if not paths:
        return Counter()
    query = f"select file_name, num_rows from parquet_file_metadata({listed(as_pattern(path) for path in paths)})"
    return Counter({Path(name): rows for name, rows in connection.execute(query).fetchall()})

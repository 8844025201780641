"""Refused rows that are older than they are to be kept: the ledger lets them go first, then the lake.

So no kill makes a file lack that the ledger counts on. What such a run has left to do is told by the files that are
still there though the ledger has let them go: a batch's manifest is written before its files go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from flows.checks.manifest import note_purged
from flows.checks.workshop import workshop
from flows.disk import to_disk
from flows.erasure.journal import unfinished
from flows.erasure.manifests import batches_of
from flows.errors import StorageError
from flows.lake import Lake
from flows.receipts import Purged
from flows.records import RECORDS
from flows.settings import Settings
from flows.sources.files import as_pattern
from flows.warehouse import Warehouse, open_warehouse


@dataclass(frozen=True)
class Due:
    """What is to go. `batches` are loaded ones with the numbers of their refused rows, and `files` theirs; `unloaded`
    are files of batches that the ledger does not know; `left` those of batches that it has let go before."""

    batches: Mapping[str, int]
    files: tuple[Path, ...]
    unloaded: Mapping[Path, int]
    left: Mapping[Path, datetime]

    def told(self) -> Purged:
        batches = {*self.batches, *(path.stem for path in self.unloaded)}
        rows = sum(self.batches.values()) + sum(self.unloaded.values())
        return Purged(len(batches), rows, len(self.files) + len(self.unloaded) + len(self.left))


def due(settings: Settings, warehouse: Warehouse, before: datetime) -> Due:
    """The refused rows of batches that were landed before an instant (with a zone), by the files that the quarantine
    has. Only looks. Raises StorageError for a file of an unknown batch that cannot be read.

    Batches that an unfinished erasure has taken rows of are left until it is done: its files tell what it took.
    """
    lake, being_erased = Lake.of(settings), batches_of(one.rows for one in unfinished(settings))
    instant = before.astimezone(UTC).replace(tzinfo=None)
    loaded = {row["batch_id"]: row for row in warehouse.query("select * from ops.batches")}
    batches, files, unloaded, left = dict[str, int](), list[Path](), dict[Path, int](), dict[Path, datetime]()
    for path in (path for table in RECORDS for path in lake.files(lake.quarantine(table, "*").parent)):
        if path.stem in being_erased:
            continue
        batch: dict[str, Any] | None = loaded.get(path.stem)
        if batch is None:
            lake.bring([path])
            refused_at, rows = _last_refused(path)
            if refused_at is None or refused_at < instant:
                unloaded[path] = rows
        elif purged_at := batch.get("purged_at"):
            left[path] = purged_at.replace(tzinfo=UTC)
        elif batch["landed_at"] < instant:
            batches[path.stem] = batch["quarantined"] + (batch["replayed"] or 0)
            files.append(path)
    return Due(batches, tuple(files), unloaded, left)


def purge(settings: Settings, before: datetime, now: datetime) -> Purged:
    """Let the refused rows go of batches that were landed before an instant; the batches stay as they are.

    After a kill the ledger closes, the rows are let go or not, and the next call takes the files that are left. To hold
    the home's lock is the caller's.

    >>> purge(settings, now - timedelta(days=90), now).rows  # doctest: +SKIP
    412
    """
    lake = Lake.of(settings)
    with open_warehouse(settings) as warehouse:
        found = due(settings, warehouse, before)
        warehouse.purge(found.batches, now)
    with workshop(settings, lake.staging) as shop:
        let_go = dict.fromkeys([*found.batches, *(path.stem for path in found.unloaded)], now)
        let_go |= {path.stem: at for path, at in found.left.items()}
        for batch_id, at in let_go.items():
            note_purged(lake, batch_id, at, shop.path("manifest.json"))
    _take_away(lake, (*found.files, *found.unloaded, *found.left))
    return found.told()


def _last_refused(path: Path) -> tuple[datetime | None, int]:
    try:
        with duckdb.connect() as connection:
            told = "select max(refused_at), count(*) from read_parquet(?, hive_partitioning = false)"
            ((refused_at, rows),) = connection.execute(told, [as_pattern(path)]).fetchall()
    except duckdb.Error as error:
        raise StorageError(f"{path} is damaged or cannot be read: {str(error).splitlines()[0]}") from error
    return refused_at, rows


def _take_away(lake: Lake, paths: Iterable[Path]) -> None:
    gone = list(paths)
    for path in gone:
        path.unlink(missing_ok=True)
    for folder in {path.parent for path in gone if path.parent.is_dir()}:
        to_disk(folder)
    lake.drop(gone)

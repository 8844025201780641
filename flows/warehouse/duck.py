"""The warehouse as one DuckDB file, which one process holds at a time."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from flows.checks.placing import place
from flows.errors import LedgerError, SettingsError, WarehouseError
from flows.lake import Lake, is_dated
from flows.receipts import Changes, Counted, Loaded, Receipt, Removed, Validated
from flows.settings import Settings
from flows.warehouse import duck_erase, duck_record
from flows.warehouse.batch import files_by_table, rows_by_table
from flows.warehouse.duck_changes import settle, take_out, waiting
from flows.warehouse.duck_connect import connect
from flows.warehouse.duck_errors import translated
from flows.warehouse.duck_export import export
from flows.warehouse.duck_ledger import imbalances
from flows.warehouse.duck_tables import insert, prepare, refuse_drift, refuse_other_days
from flows.warehouse.duck_wipe import write_anew
from flows.warehouse.erasure import Erasure


class DuckWarehouse:
    """The warehouse at `settings.warehouse_path`; see the protocol for what its methods promise."""

    def __init__(self, settings: Settings, *, read_only: bool = False) -> None:
        self._path = settings.warehouse_path
        spill = self._path.with_name(f"{self._path.name}.tmp")
        with translated(self._path):
            if not read_only:
                self._path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = connect(settings, self._path, spill=spill, read_only=read_only)
        if not read_only:
            # Nobody else has the file now, so what lies there was left by a process that was killed.
            shutil.rmtree(spill, ignore_errors=True)
            try:
                with self._transaction():
                    prepare(self._connection)
            except BaseException:
                self._connection.close()
                raise

    def close(self) -> None:
        """Give the file free for the next process, or for dbt in this one."""
        with translated(self._path):
            self._connection.close()

    def load(self, validated: Validated, lake: Lake, settings: Settings) -> Loaded:
        batch_id, rows = validated.batch.batch_id, rows_by_table(validated)
        with self._unordered(), self._transaction():
            self._pin("reporting_timezone", settings.reporting_timezone)
            known = self._loaded("where batch_id = ?", [batch_id])
            if known:
                return known[0]
            refuse_drift(self._connection)
            for table, files in files_by_table(validated, lake).items():
                if is_dated(table):
                    refuse_other_days(self._connection, files, settings.zone)
                insert(self._connection, table, files, rows[table])
            self._enter(validated, rows)
        return Loaded(batch_id, True, rows, validated.event_dates)

    def remove(self, batch_id: str, at: datetime) -> Removed:
        with self._transaction():
            known = self._loaded("where batch_id = ?", [batch_id])
            if not known and (gone := self._loaded("where batch_id = ? and built_at is null", [batch_id], "removals")):
                return Removed(batch_id, gone[-1].rows, gone[-1].touched_dates)
            if not known:
                raise LedgerError(f"batch {batch_id} is not in the warehouse: `shopflow status` lists those that are")
            rows = take_out(self._connection, batch_id)
            self._connection.execute(
                "insert into ops.removals by name select * exclude (landed_at, built_at, derived, refused_by_reason), "
                "? as removed_at from ops.batches where batch_id = ?",
                [_utc(at), batch_id],
            )
            self._connection.execute("delete from ops.batches where batch_id = ?", [batch_id])
        return Removed(batch_id, rows, known[0].touched_dates)

    def rows_of_people(self, schema: str, users: list[str], devices: list[str]) -> Counted:
        with translated(self._path):
            return duck_erase.count(self._connection, schema, users, devices)

    def erase(self, erasure: Erasure) -> Counted:
        with self._transaction():
            return duck_erase.erase(self._connection, replace(erasure, at=_utc(erasure.at)))

    def complete(self, erasure_id: str, at: datetime) -> None:
        with self._transaction():
            self._connection.execute(
                "update ops.erasures set completed_at = ? where erasure_id = ?", [_utc(at), erasure_id]
            )

    def write_anew(self, draft: Path) -> None:
        with translated(self._path):
            write_anew(self._connection, draft)
            self._connection.close()
            if self._path.with_name(f"{self._path.name}.wal").exists():  # the new file would be given the old one's log
                raise WarehouseError(
                    f"{self._path} could not be closed, so no new file was put in its place: run again"
                )
            place([(draft, self._path)])

    def pending(self, models: str) -> Changes:
        with translated(self._path):
            return waiting(self._connection, models)

    def begin_whole_build(self) -> None:
        with self._transaction():
            self._connection.execute("delete from ops.settings where name = 'models'")

    def mark_built(self, changes: Changes, models: str, at: datetime) -> None:
        with self._transaction():
            for table, key in (("batches", "batch_id"), ("removals", "batch_id"), ("erasures", "erasure_id")):
                self._connection.execute(
                    f"update ops.{table} set built_at = ? where built_at is null and {key} in (select unnest(?))",
                    [_utc(at), list(changes.batches)],
                )
            settle(self._connection, changes.batches)
            self._connection.execute("delete from ops.settings where name = 'models'")
            self._append("settings", name="models", value=models)

    def imbalances(self, *, thorough: bool = False) -> list[str]:
        with translated(self._path):
            return list(imbalances(self._connection, thorough=thorough))

    def record(self, receipts: Iterable[Receipt]) -> None:
        with self._transaction():
            for receipt in receipts:
                detail = json.dumps(receipt.detail, ensure_ascii=False, default=str)
                row = {**vars(receipt), "started_at": _utc(receipt.started_at), "detail": detail}
                self._append("receipts", **row)

    def receipts(self, run_id: str | None = None) -> list[Receipt]:
        rows = self.query("from ops.receipts where ? is null or run_id = ? order by rowid", [run_id, run_id])
        return [
            Receipt(**{**row, "started_at": row["started_at"].replace(tzinfo=UTC), "detail": json.loads(row["detail"])})
            for row in rows
        ]

    def query(self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> list[dict[str, Any]]:
        with translated(self._path):
            answer = self._connection.execute(sql, dict(params) if isinstance(params, Mapping) else list(params))
            names = [column[0] for column in answer.description or ()]
            return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def export(self, path: Path, version: str) -> dict[str, int]:
        at = _utc(datetime.now(UTC))
        with translated(path.parent):
            rows = export(self._connection, path, version, at)
        with self._transaction():
            duck_record.enter(self._connection, version, at)
        return rows

    def publications(self) -> frozenset[str]:
        with translated(self._path):
            return duck_record.versions(self._connection)

    def keep_publications(self, versions: Collection[str]) -> None:
        with self._transaction():
            duck_record.keep_only(self._connection, versions)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with translated(self._path):
            self._connection.begin()
            try:
                yield
                self._connection.commit()
            except BaseException:
                with suppress(duckdb.Error):
                    self._connection.rollback()
                raise

    @contextmanager
    def _unordered(self) -> Iterator[None]:
        # Keeping the order between threads holds finished row groups back in memory: 350 MB more over 365 files. The
        # files are taken up in the order of their dates all the same.
        self._connection.execute("set preserve_insertion_order = false")
        try:
            yield
        finally:
            # A full disk can leave a connection that answers nothing any more: its first error is the one to show.
            with suppress(duckdb.Error):
                self._connection.execute("set preserve_insertion_order = true")

    def _pin(self, name: str, value: str) -> None:
        pinned = self._connection.execute("select value from ops.settings where name = ?", [name]).fetchone()
        if pinned is None:
            self._append("settings", name=name, value=value)
        elif pinned[0] != value:
            raise SettingsError(
                f"SHOPFLOW_{name.upper()} is {value}, but {self._path} has counted in {pinned[0]} since its first "
                f"load: set it to {pinned[0]}, or begin anew with another SHOPFLOW_HOME"
            )

    def _loaded(self, condition: str, params: Sequence[Any] = (), table: str = "batches") -> tuple[Loaded, ...]:
        rows = self._connection.execute(
            f"select batch_id, rows_by_table, event_dates from ops.{table} {condition}", list(params)
        ).fetchall()
        return tuple(Loaded(batch_id, False, json.loads(counts), tuple(dates)) for batch_id, counts, dates in rows)

    def _enter(self, validated: Validated, rows: dict[str, int]) -> None:
        batch, counts = validated.batch, validated.counts
        fates = ("rows_read", "accepted", "quarantined", "duplicates", "erased")
        self._append(
            "batches",
            batch_id=batch.batch_id,
            landed_at=_utc(batch.landed_at),
            loaded_at=_utc(datetime.now(UTC)),
            source_files=[file.name for file in batch.files],
            **{fate: sum(getattr(count, fate) for count in counts) for fate in fates},
            replayed=0,
            derived=sum(validated.derived.values()),
            event_dates=list(validated.event_dates),
            rows_by_table=json.dumps(rows),
            refused_by_reason=json.dumps(validated.reasons, ensure_ascii=False),
        )

    def _append(self, table: str, **row: Any) -> None:
        marks = ", ".join("?" * len(row))
        self._connection.execute(f"insert into ops.{table} ({', '.join(row)}) values ({marks})", list(row.values()))


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment

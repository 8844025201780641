"""The warehouse as one DuckDB file, which one process holds at a time."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from flows.checks.placing import place
from flows.chunks import Backfill, Chunk, Reading, Reloaded
from flows.errors import WarehouseError
from flows.lake import Lake, is_dated
from flows.pinned import require_zone
from flows.receipts import Changes, Compacted, Counted, FileFate, Loaded, Published, Receipt, Removed, Validated
from flows.settings import Settings
from flows.warehouse import (
    backfill_files,
    backfill_plan,
    duck_backfill,
    duck_erase,
    duck_files,
    duck_record,
    duck_reload,
)
from flows.warehouse.batch import as_json, files_by_table, rows_by_table
from flows.warehouse.duck_changes import settle, waiting
from flows.warehouse.duck_connect import connect
from flows.warehouse.duck_corrections import note_passed, removed_before, require, require_replaced, take_out_whole
from flows.warehouse.duck_errors import translated
from flows.warehouse.duck_export import export
from flows.warehouse.duck_ledger import imbalances
from flows.warehouse.duck_people import IN_RAW, Events
from flows.warehouse.duck_tables import insert, prepare, refuse_drift, refuse_other_days
from flows.warehouse.duck_wipe import is_mostly_free, write_anew
from flows.warehouse.erasure import Erasure, Hashes, RefusedPlace
from flows.warehouse.files import FIELDS, fates_of


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

    def load(
        self,
        validated: Validated,
        lake: Lake,
        settings: Settings,
        *,
        replaces: str | None = None,
        passed: Path | None = None,
    ) -> Loaded:
        batch_id, rows = validated.batch.batch_id, rows_by_table(validated)
        with self._unordered(), self._transaction():
            self._pin(settings)
            known, gone = self._loaded(batch_id), None
            if replaces:
                gone = take_out_whole(self._connection, replaces, _utc(datetime.now(UTC)), replaced_by=batch_id)
                if gone is None:
                    require_replaced(self._connection, replaces, by=batch_id, is_loaded=known is not None)
            if known:
                return replace(known, replaced=gone)
            refuse_drift(self._connection)
            for table, files in files_by_table(validated, lake).items():
                if is_dated(table):
                    refuse_other_days(self._connection, files, settings.zone)
                insert(self._connection, table, files, rows[table])
            self._enter(validated, rows)
            duck_files.enter(self._connection, validated, datetime.now(UTC))
            if passed:
                note_passed(self._connection, validated, passed)
        return Loaded(batch_id, True, rows, validated.event_dates, gone)

    def files(self, *, marks: Sequence[str] = (), contents: Sequence[str] = ()) -> list[FileFate]:
        with translated(self._path):
            found = duck_files.rows(self._connection, marks, contents)
            return fates_of(dict(zip(FIELDS, row, strict=True)) for row in found)

    def note_files(self, fates: Sequence[FileFate]) -> None:
        with self._transaction():
            duck_files.note(self._connection, fates)

    def remove(self, batch_id: str, at: datetime) -> Removed:
        with self._transaction():
            gone = take_out_whole(self._connection, batch_id, _utc(at)) or removed_before(self._connection, batch_id)
            if gone is None:
                require(self._connection, batch_id)
        assert gone is not None
        return gone

    def settle(self) -> None:
        return None  # who has the file open is alone with it

    def require(self, batch_id: str, *, or_replaced: bool = False) -> None:
        with translated(self._path):
            require(self._connection, batch_id, or_replaced=or_replaced)

    def devices_of(self, user: str, salt: str, hashes: list[str]) -> set[str]:
        with translated(self._path):
            return Events(self._connection, IN_RAW).devices_of(user, salt, hashes)

    def devices_of_others(self, user: str, devices: list[str]) -> set[str]:
        with translated(self._path):
            return Events(self._connection, IN_RAW).devices_of_others(user, devices)

    def passed(self, batches: Collection[str]) -> list[RefusedPlace]:
        question = (
            "select replay_of, table_name, source_file, line from ops.replays "
            "where replay_of in (select unnest(?::varchar[])) "
            "and replay_of not in (select batch_id from ops.batches where purged_at is not null) order by all"
        )
        return [RefusedPlace(**row) for row in self.query(question, [list(batches)])]

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

    def remains(self, hashes: Hashes) -> dict[str, int]:
        return {}

    def keeps(self) -> list[str]:
        return ["readers that have an older serving copy open keep it until they close it"]

    def compact(self, draft: Path, *, is_dry: bool = False) -> Compacted:
        with translated(self._path):
            before = self._path.stat().st_size
            if not is_dry:
                self._connection.execute("checkpoint")
            is_anew = is_mostly_free(self._connection)
        if is_anew and not is_dry:
            self.write_anew(draft)
        return Compacted(self._path.stat().st_size, before, is_anew)

    def purge(self, batches: Collection[str], at: datetime) -> None:
        with self._transaction():
            self._connection.execute(
                "update ops.batches set purged_at = ? where purged_at is null and batch_id in (select unnest(?))",
                [_utc(at), list(batches)],
            )

    def prune_receipts(self, before: datetime) -> int:
        with self._transaction():
            gone = self._connection.execute("delete from ops.receipts where started_at < ?", [_utc(before)]).fetchone()
        return int(gone[0]) if gone else 0

    def pending(self, models: str) -> Changes:
        with translated(self._path):
            return waiting(self._connection, models)

    def plan_backfill(self, lake: Lake, first: date | None, last: date | None, days_per_chunk: int | None) -> Backfill:
        with translated(self._path):
            return backfill_plan.plan(duck_backfill.Known(self._connection), lake, first, last, days_per_chunk)

    def begin_backfill(self, backfill: Backfill, at: datetime) -> None:
        with self._transaction():
            duck_backfill.enter(self._connection, backfill, _utc(at))

    def reading(self, chunk: Chunk, lake: Lake) -> Reading:
        with translated(self._path):
            return duck_reload.reading(self._connection, lake, chunk)

    def reload(self, chunk: Chunk, lake: Lake, at: datetime) -> Reloaded:
        with lake.afresh(lake.staging) as fresh, self._unordered(), self._transaction():
            refuse_drift(self._connection)
            brought = duck_backfill.Known(self._connection).brought(chunk.event_dates)
            files = backfill_files.needed(fresh, brought, is_whole=True)
            source = duck_reload.lake_rows(files, chunk.event_dates)
            duck_backfill.mark(self._connection, chunk, "reloaded_at", _utc(at))
            return duck_reload.replace_rows(self._connection, chunk, source)

    def mark_transformed(self, chunk: Chunk, at: datetime) -> None:
        with self._transaction():
            duck_backfill.mark(self._connection, chunk, "transformed_at", _utc(at))

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
            for backfill_id in (backfills := tuple({chunk.backfill_id for chunk in changes.chunks})):
                self._connection.execute(
                    "update ops.backfills set built_at = ? where backfill_id = ?", [_utc(at), backfill_id]
                )
            settle(self._connection, changes.batches + backfills)
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

    def published(self) -> Published | None:
        return None

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

    def _pin(self, settings: Settings) -> None:
        pinned = self._connection.execute("select value from ops.settings where name = 'reporting_timezone'").fetchone()
        require_zone(pinned[0] if pinned else None, settings)
        if pinned is None:
            self._append("settings", name="reporting_timezone", value=settings.reporting_timezone)

    def _loaded(self, batch_id: str) -> Loaded | None:
        row = self._connection.execute(
            "select rows_by_table, event_dates from ops.batches where batch_id = ?", [batch_id]
        ).fetchone()
        return Loaded(batch_id, False, json.loads(row[0]), tuple(row[1])) if row else None

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
            replay_of=batch.replay_of,
            derived=sum(validated.derived.values()),
            event_dates=list(validated.event_dates),
            events_by_date=as_json(validated.events_by_date),
            rows_by_table=json.dumps(rows),
            refused_by_reason=json.dumps(validated.reasons, ensure_ascii=False),
            purged_at=_utc(validated.purged_at) if validated.purged_at else None,
        )

    def _append(self, table: str, **row: Any) -> None:
        marks = ", ".join("?" * len(row))
        self._connection.execute(f"insert into ops.{table} ({', '.join(row)}) values ({marks})", list(row.values()))


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment

"""The warehouse in BigQuery: datasets of one project, written to by one run at a time."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.chunks import Backfill, Chunk, Reading, Reloaded
from flows.errors import LedgerError, WarehouseError
from flows.lake import Lake
from flows.pinned import require_zone
from flows.receipts import Changes, Compacted, Counted, FileFate, Loaded, Published, Receipt, Removed, Validated
from flows.settings import Settings
from flows.warehouse import (
    backfill_plan,
    bigquery_backfill,
    bigquery_erase,
    bigquery_files,
    bigquery_load,
    bigquery_people,
    bigquery_receipts,
    bigquery_reload,
    bigquery_remains,
)
from flows.warehouse.batch import as_json, rows_by_table
from flows.warehouse.bigquery_changes import mark_built, waiting
from flows.warehouse.bigquery_corrections import PASSED, removed_before, require, require_replaced, taking_out
from flows.warehouse.bigquery_dbapi import Asking
from flows.warehouse.bigquery_jobs import Jobs
from flows.warehouse.bigquery_ledger import imbalances
from flows.warehouse.bigquery_people import Hidden
from flows.warehouse.bigquery_tables import insertion, prepare, refuse_drift
from flows.warehouse.bigquery_turn import shut_out, transaction, turn
from flows.warehouse.erasure import Erasure, Hashes, RefusedPlace
from flows.warehouse.files import fates_of
from flows.warehouse.tables import raw_fields

if TYPE_CHECKING:
    from google.cloud.bigquery import Client


class BigQueryWarehouse:
    """The datasets of `settings`; see the protocol for what its methods promise.

    What changes several tables is one multi-statement transaction, so a run that is killed leaves all of it or nothing.
    """

    def __init__(self, settings: Settings, *, read_only: bool = False) -> None:
        self._jobs = Jobs.begin(settings)
        if not read_only:
            prepare(self._jobs)

    def close(self) -> None:
        """End the client's connections."""
        self._jobs.client.close()

    @property
    def client(self) -> Client:
        """The client behind it, for questions about the tables themselves."""
        return self._jobs.client

    def asking(self) -> Asking:
        """What a library asks through that brings questions of its own; they are charged as ours are."""
        return Asking(self._jobs)

    def dataset(self, name: str) -> str:
        """`project.dataset` of one of our schemas."""
        return self._jobs.dataset(name)

    def stage(self, validated: Validated, lake: Lake) -> dict[str, str]:
        """Load a batch's rows into tables of its own in dataset `lake`, from where `load` takes them; their names by
        record. Doing it again changes nothing. Raises as `load` does for rows that lack and files that cannot be read.
        """
        return bigquery_load.stage(self._jobs, validated, lake)

    def load(
        self,
        validated: Validated,
        lake: Lake,
        settings: Settings,
        *,
        replaces: str | None = None,
        passed: Path | None = None,
    ) -> Loaded:
        batch_id, rows, mine = validated.batch.batch_id, rows_by_table(validated), turn(self._jobs)
        require_zone(mine.zone, settings)
        pins = {} if mine.zone else {"zone": settings.reporting_timezone}
        known = self._loaded(batch_id)
        out = taking_out(self._jobs, replaces) if replaces else None
        if replaces and out is None:
            require_replaced(self._jobs, replaces, by=batch_id, is_loaded=known is not None)
        statements, params = list(out.statements if out else ()), dict[str, Any](pins)
        tables: dict[str, str] = {}
        if known is None:
            refuse_drift(self._jobs)
            tables = self.stage(validated, lake)
            for table in rows:
                names = ", ".join(field.name for field in raw_fields(table))
                statements.append(f"insert into raw.{table} ({names}) select {names} from lake.{tables[table]};")
            files = bigquery_files.entering(self._jobs, validated, datetime.now(UTC))
            entered, values = insertion("batches", _entry(validated, rows))
            if files.table:
                tables["files"] = files.table
                entered = entered.replace("@source_files_0", files.names)
                del values["source_files_0"]
            statements += [entered, *files.statements]
            params |= values | files.params
            if passed:
                tables["passed"] = bigquery_load.stage_passed(self._jobs, validated, passed)
                statements += [text.format(passed=tables["passed"]) for text in PASSED]
                params |= {"of": validated.batch.replay_of, "passed": sum(c.rows_read for c in validated.counts)}
                params |= {"id": batch_id}
        if pins:
            statements.append("insert into ops.settings (name, value) values ('reporting_timezone', @zone);")
        if statements:
            if out and replaces:
                params |= _out(out.members, replaces, datetime.now(UTC), replaced_by=batch_id)
            transaction(self._jobs, mine, statements, params)
        if known:  # and judged again, which stages it
            bigquery_load.drop_staged(self._jobs, batch_id)
        bigquery_load.drop(self._jobs, list(tables.values()))
        gone = out.removed if out else None
        return replace(known, replaced=gone) if known else Loaded(batch_id, True, rows, validated.event_dates, gone)

    def files(self, *, marks: Sequence[str] = (), contents: Sequence[str] = ()) -> list[FileFate]:
        return fates_of(bigquery_files.rows(self._jobs, marks, contents))

    def note_files(self, fates: Sequence[FileFate]) -> None:
        bigquery_files.note(self._jobs, fates)

    def remove(self, batch_id: str, at: datetime) -> Removed:
        mine = turn(self._jobs)
        out = taking_out(self._jobs, batch_id)
        if out is not None:
            transaction(self._jobs, mine, out.statements, _out(out.members, batch_id, at))
            return out.removed
        gone = removed_before(self._jobs, batch_id)
        if gone is None:
            require(self._jobs, batch_id)
            raise LedgerError(f"batch {batch_id} was changed by another run meanwhile: run again")
        return gone

    def settle(self) -> None:
        shut_out(self._jobs)

    def require(self, batch_id: str, *, or_replaced: bool = False) -> None:
        require(self._jobs, batch_id, or_replaced=or_replaced)

    def devices_of(self, user: str, salt: str, hashes: list[str]) -> set[str]:
        return bigquery_people.devices_of(self._jobs, user, salt, hashes)

    def devices_of_others(self, user: str, devices: list[str]) -> set[str]:
        return bigquery_people.devices_of_others(self._jobs, user, devices)

    def passed(self, batches: Collection[str]) -> list[RefusedPlace]:
        return bigquery_erase.passed(self._jobs, sorted(batches))

    def rows_of_people(self, schema: str, users: list[str], devices: list[str]) -> Counted:
        return bigquery_people.count(self._jobs, schema, Hidden(users, devices)).rows

    def erase(self, erasure: Erasure) -> Counted:
        rows = bigquery_erase.erase(self._jobs, erasure)
        bigquery_load.drop_all(self._jobs)  # a load that was cut off has left rows there: the next run begins it anew
        return rows

    def complete(self, erasure_id: str, at: datetime) -> None:
        bigquery_erase.complete(self._jobs, erasure_id, at)

    def write_anew(self, draft: Path) -> None:
        bigquery_remains.empty_lists_of_changed(self._jobs)

    def remains(self, hashes: Hashes) -> dict[str, int]:
        return bigquery_remains.remains(self._jobs, hashes)

    def keeps(self) -> list[str]:
        return bigquery_remains.keeps(self._jobs)

    def purge(self, batches: Collection[str], at: datetime) -> None:
        if batches:
            self._jobs.run(
                "update ops.batches set purged_at = @at where purged_at is null and batch_id in unnest(@batches)",
                {"at": at, "batches": sorted(batches)},
            )

    def prune_receipts(self, before: datetime) -> int:
        job = self._jobs.run("delete from ops.receipts where started_at < @before", {"before": before})
        return job.num_dml_affected_rows or 0

    def compact(self, draft: Path, *, is_dry: bool = False) -> Compacted:
        return Compacted(None, None)  # BigQuery keeps its tables in order itself, and batches in `lake` expire

    def plan_backfill(self, lake: Lake, first: date | None, last: date | None, days_per_chunk: int | None) -> Backfill:
        return backfill_plan.plan(bigquery_backfill.Known(self._jobs), lake, first, last, days_per_chunk)

    def begin_backfill(self, backfill: Backfill, at: datetime) -> None:
        bigquery_backfill.enter(self._jobs, backfill, at)

    def reading(self, chunk: Chunk, lake: Lake) -> Reading:
        return bigquery_reload.reading(self._jobs, lake, chunk)

    def reload(self, chunk: Chunk, lake: Lake, at: datetime) -> Reloaded:
        return bigquery_reload.reload(self._jobs, lake, chunk, at)

    def mark_transformed(self, chunk: Chunk, at: datetime) -> None:
        bigquery_backfill.mark_transformed(self._jobs, chunk, at)

    def pending(self, models: str) -> Changes:
        return waiting(self._jobs, models)

    def begin_whole_build(self) -> None:
        self._jobs.run("delete from ops.settings where name = 'models'")

    def mark_built(self, changes: Changes, models: str, at: datetime) -> None:
        mark_built(self._jobs, changes, models, at)

    def imbalances(self, *, thorough: bool = False) -> list[str]:
        return list(imbalances(self._jobs, thorough=thorough))

    def record(self, receipts: Iterable[Receipt]) -> None:
        bigquery_receipts.record(self._jobs, receipts)

    def receipts(self, run_id: str | None = None) -> list[Receipt]:
        return bigquery_receipts.receipts(self._jobs, run_id)

    def query(self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> list[dict[str, Any]]:
        return self._jobs.rows(sql, params)

    def published(self) -> Published:
        """The marts as they are served, told by the tables' own metadata, which costs nothing."""
        marts = self._jobs.dataset("marts")
        with self._jobs.translated(f"the tables of {marts}"):
            tables = [
                self._jobs.client.get_table(item.reference, retry=self._jobs.retry)
                for item in self._jobs.client.list_tables(marts, retry=self._jobs.retry)
            ]
        if not tables:
            raise WarehouseError(f"{marts} has no marts: `shopflow run --full-refresh` builds them")
        rows = {table.table_id: table.num_rows or 0 for table in tables if table.table_type == "TABLE"}
        changed = max(table.modified for table in tables)
        return Published(
            f"{changed:%Y%m%dT%H%M%SZ}",
            marts,
            dict(sorted(rows.items())),
            sum(table.num_bytes or 0 for table in tables),
        )

    def publications(self) -> frozenset[str]:
        return frozenset()

    def export(self, path: Path, version: str) -> dict[str, int]:
        raise WarehouseError("marts on BigQuery are served where they are: there is no copy of them to write")

    def keep_publications(self, versions: Collection[str]) -> None:
        return None

    def _loaded(self, batch_id: str) -> Loaded | None:
        rows = self.query("select rows_by_table, event_dates from ops.batches where batch_id = @id", {"id": batch_id})
        return (
            Loaded(batch_id, False, json.loads(rows[0]["rows_by_table"]), tuple(rows[0]["event_dates"]))
            if rows
            else None
        )


def _entry(validated: Validated, rows: Mapping[str, int]) -> dict[str, Any]:
    batch, counts = validated.batch, validated.counts
    fates = ("rows_read", "accepted", "quarantined", "duplicates", "erased")
    return {
        "batch_id": batch.batch_id,
        "landed_at": batch.landed_at,
        "loaded_at": datetime.now(UTC),
        "source_files": [file.name for file in batch.files],
        **{fate: sum(getattr(count, fate) for count in counts) for fate in fates},
        "replayed": 0,
        "replay_of": batch.replay_of,
        "derived": sum(validated.derived.values()),
        "event_dates": list(validated.event_dates),
        "events_by_date": as_json(validated.events_by_date),
        "rows_by_table": json.dumps(rows),
        "refused_by_reason": json.dumps(validated.reasons, ensure_ascii=False),
        "purged_at": validated.purged_at,
    }


def _out(members: Sequence[str], batch_id: str, at: datetime, replaced_by: str = "") -> dict[str, Any]:
    return {"members": list(members), "out": batch_id, "at": at, "replaced_by": replaced_by}

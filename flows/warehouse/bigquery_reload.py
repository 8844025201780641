"""Some days of `raw.events` anew from the lake on BigQuery: load jobs into tables of dataset `lake`, one transaction.

A table's name follows from the chunk and from the very files that fill it, so a run that comes after a kill goes on
with the jobs of the one before, and never with what the files held before somebody was forgotten. No row comes through
this process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from flows.chunks import Chunk, Reading, Reloaded
from flows.lake import Lake
from flows.warehouse.backfill_files import needed
from flows.warehouse.bigquery_backfill import Known, dates
from flows.warehouse.bigquery_jobs import Jobs
from flows.warehouse.bigquery_load import batch_table, drop, fill, left_of
from flows.warehouse.bigquery_tables import refuse_drift
from flows.warehouse.bigquery_turn import transaction, turn
from flows.warehouse.tables import raw_fields

FILES_PER_JOB = 10_000  # as many addresses as a load job takes

_COLUMNS = [field.name for field in raw_fields("events")]
# What models ask of a row that went: whose it was, and which event of which order.
_IDENTITY = ("event_id", "event_date", "event_type", "user_id", "anonymous_id", "order_id")
_REQUIRED = {field.name for field in raw_fields("events") if field.is_required}

# As duck_reload.replace_rows has it: rows of people and orders whom nothing tells any more wait in `removed`.
_SCRIPT = f"""
    update ops.backfills set reloaded_at = @at where backfill_id = @id and chunk = @number;
    insert into removed.events ({", ".join(_COLUMNS)})
    select {", ".join("cast(@id as string)" if name == "batch_id" else f"had.{name}" for name in _COLUMNS)}
    from (select * from raw.events where {{on_days}}) as had
    left join (select distinct {", ".join(_IDENTITY)} from ({{source}})) as kept
        on {
    " and ".join(
        f"had.{name} = kept.{name}" if name in _REQUIRED else f"had.{name} is not distinct from kept.{name}"
        for name in _IDENTITY
    )
}
    where kept.event_id is null;
    delete from raw.events where {{on_days}};
    insert into raw.events ({", ".join(_COLUMNS)}) {{source}};
"""


def reading(jobs: Jobs, lake: Lake, chunk: Chunk) -> Reading:
    """What `reload` would read for a chunk: load jobs read whole files."""
    with lake.afresh() as fresh:
        files = needed(fresh, Known(jobs).brought(chunk.event_dates))
        size, names = sum(file.stat().st_size for file in files), tuple(fresh.name(file) for file in files)
    return Reading(chunk, names, size, _count(jobs, "raw.events", chunk))


def reload(jobs: Jobs, lake: Lake, chunk: Chunk, at: datetime) -> Reloaded:
    """Put what the lake's files hold for a chunk's days in the place of those that raw has."""
    mine = turn(jobs)
    refuse_drift(jobs)
    tables = _stage(jobs, lake, chunk)
    on_days, names = _on_days(chunk), ", ".join(_COLUMNS)
    source = " union all ".join(f"select {names} from lake.{table} where {on_days}" for table in tables)
    before = _count(jobs, "raw.events", chunk)
    script = _SCRIPT.format(on_days=on_days, source=source or f"select {names} from removed.events where false")
    transaction(jobs, mine, [script], {"at": at, "id": chunk.backfill_id, "number": chunk.number})
    gone = _count(jobs, "removed.events", chunk, f" and batch_id = '{chunk.backfill_id}'")
    rows = _count(jobs, "raw.events", chunk)
    drop(jobs, left_of(jobs, batch_table("events", "backfill-")))  # those of a run that was killed, too
    return Reloaded(chunk, before, rows, gone)


def _stage(jobs: Jobs, lake: Lake, chunk: Chunk) -> list[str]:
    """Load the files that hold the chunk's days into tables: those of a bucket into one, of a folder into one each."""
    tables = []
    brought = Known(jobs).brought(chunk.event_dates)
    with lake.afresh() as fresh:
        files = needed(fresh, brought)
        at_once = 1 if fresh.is_folder else FILES_PER_JOB
        for group in (files[start : start + at_once] for start in range(0, len(files), at_once)):
            name = batch_table("events", f"{chunk.backfill_id}-{chunk.number}-{_versions(fresh, group)}")
            rows = sum(brought[file.stem] for file in group)
            places = [fresh.name(file) for file in group]
            fill(jobs, name, raw_fields("events"), places, rows, "events", clustered_by=["event_date"])
            tables.append(name)
    return tables


def _versions(fresh: Lake, files: Sequence[Path]) -> str:
    """A word for these files as they are now."""
    told = [f"{fresh.name(file)} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:12]


def _count(jobs: Jobs, table: str, chunk: Chunk, condition: str = "") -> int:
    (told,) = jobs.rows(f"select count(*) as number from {table} where {_on_days(chunk)}{condition}")
    return int(told["number"])


def _on_days(chunk: Chunk) -> str:
    """Literals: so no other partition is read, and none that a table may not be asked for."""
    return f"event_date in ({dates(chunk.event_dates)})"

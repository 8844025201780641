"""Some days of `raw.events` anew from the lake: which files hold them, how much that is, and the rows themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from duckdb import DuckDBPyConnection

from flows.chunks import Chunk, Reading, Reloaded
from flows.lake import Lake
from flows.sources.files import as_pattern
from flows.sources.sql import quoted
from flows.warehouse.backfill_files import needed
from flows.warehouse.duck_backfill import Known
from flows.warehouse.tables import raw_fields

# What models ask of a row that went: whose it was, and which event of which order.
_IDENTITY = ("event_id", "event_date", "event_type", "user_id", "anonymous_id", "order_id")

# A row group is read if its days may be among those that are looked for, and then all its columns are.
_BYTES = """
    select coalesce(sum(bytes), 0)
    from (
        select
            sum(total_compressed_size) as bytes,
            min(stats_min_value) filter (path_in_schema = 'event_date') as first_day,
            max(stats_max_value) filter (path_in_schema = 'event_date') as last_day
        from parquet_metadata($files)
        group by file_name, row_group_id
    )
    where not coalesce(first_day > $last or last_day < $first, false)
"""


def lake_rows(files: Sequence[Path], days: Sequence[date]) -> str:
    """SQL of the relation of what files of the lake hold for these days; row groups of other days are not read."""
    if not files:
        return "(from raw.events where false)"
    patterns = ", ".join(quoted(as_pattern(file)) for file in files)
    return f"(from read_parquet([{patterns}], hive_partitioning = false) where {_on(days)})"


def reading(connection: DuckDBPyConnection, lake: Lake, chunk: Chunk) -> Reading:
    """What `replace_rows` would read for a chunk, from their own statistics; a bucket's files are brought whole."""
    with lake.afresh() as fresh:
        files = needed(fresh, Known(connection).brought(chunk.event_dates))
        size = sum(file.stat().st_size for file in files)
        if files and fresh.is_folder:
            ends = {"first": str(chunk.event_dates[0]), "last": str(chunk.event_dates[-1])}
            size = _number(connection, _BYTES, {"files": [as_pattern(file) for file in files], **ends})
        names = tuple(fresh.name(file) for file in files)
    rows = _number(connection, f"select count(*) from raw.events where {_on(chunk.event_dates)}")
    return Reading(chunk, names, size, rows)


def replace_rows(connection: DuckDBPyConnection, chunk: Chunk, source: str) -> Reloaded:
    """Put the rows of `source`, SQL of a relation, in the place of those that raw has on the chunk's days.

    Rows of people and orders whom nothing tells any more wait in `removed`, where models find what their going changes.
    """
    on_days, names = _on(chunk.event_dates), ", ".join(field.name for field in raw_fields("events"))
    same = " and ".join(f"had.{name} is not distinct from kept.{name}" for name in _IDENTITY)
    gone = _number(
        connection,
        f"insert into removed.events by name select had.* replace ({quoted(chunk.backfill_id)} as batch_id) "
        f"from (from raw.events where {on_days}) as had "
        f"anti join (select {', '.join(_IDENTITY)} from {source}) as kept on {same}",
    )
    before = _number(connection, f"delete from raw.events where {on_days}")
    # An instant with a zone becomes UTC by this cast, because the session's zone is UTC.
    values = ", ".join(f"cast({field.name} as {field.duckdb})" for field in raw_fields("events"))
    rows = _number(connection, f"insert into raw.events ({names}) select {values} from {source}")
    return Reloaded(chunk, before, rows, gone)


def _number(connection: DuckDBPyConnection, sql: str, params: dict[str, object] | None = None) -> int:
    told = connection.execute(sql, params or {}).fetchone()
    return int(told[0]) if told else 0


def _on(days: Sequence[date]) -> str:
    if not days:
        return "false"
    listed = ", ".join(f"date '{day}'" for day in days)
    return f"event_date between date '{min(days)}' and date '{max(days)}' and event_date in ({listed})"

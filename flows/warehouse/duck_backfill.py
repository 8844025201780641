"""How far a backfill has come on DuckDB: its chunks in `ops.backfills`, and what its plan is made of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from duckdb import DuckDBPyConnection

from flows.chunks import Backfill, Chunk


@dataclass(frozen=True)
class Known:
    """See `backfill_plan.Known`."""

    connection: DuckDBPyConnection

    def unfinished(self) -> Backfill | None:
        chunks = chunks_left(self.connection) if self._has_table() else ()
        if not chunks:
            return None
        asked = self.connection.execute(
            "select first_date, last_date from ops.backfills where backfill_id = ?", [chunks[0].backfill_id]
        ).fetchone()
        first, last = asked or (chunks[0].event_dates[0], chunks[-1].event_dates[-1])
        return Backfill(chunks[0].backfill_id, first, last, chunks, is_begun=True)

    def days(self) -> list[date]:
        rows = self.connection.execute(
            "select unnest(event_dates) as day from ops.batches "
            "union select distinct event_date from raw.events order by day"
        ).fetchall()
        return [day for (day,) in rows]

    def next_id(self) -> str:
        if not self._has_table():
            return "backfill-1"
        told = self.connection.execute("select count(distinct backfill_id) + 1 from ops.backfills").fetchone()
        return f"backfill-{told[0] if told else 1}"

    def brought(self, days: Sequence[date]) -> dict[str, int]:
        touching = "select batch_id, rows_by_table from ops.batches where list_has_any(event_dates, ?)"
        rows = self.connection.execute(f"{touching} order by loaded_at, batch_id", [list(days)]).fetchall()
        return {batch_id: json.loads(told).get("events", 0) for batch_id, told in rows}

    def _has_table(self) -> bool:
        # A dry run makes no tables, and an earlier version made none of this name.
        told = "from duckdb_tables() where schema_name = 'ops' and table_name = 'backfills'"
        return self.connection.execute(told).fetchone() is not None


def enter(connection: DuckDBPyConnection, backfill: Backfill, at: datetime) -> None:
    """Write a plan's chunks into `ops.backfills`: from now on it is unfinished, and every run carries it on."""
    whole = (backfill.backfill_id, backfill.first_date, backfill.last_date)
    for chunk in backfill.chunks:
        connection.execute(
            "insert into ops.backfills (backfill_id, first_date, last_date, chunk, event_dates, events, planned_at) "
            "values (?, ?, ?, ?, ?, ?, ?)",
            [*whole, chunk.number, list(chunk.event_dates), chunk.events, at],
        )


def chunks_left(connection: DuckDBPyConnection) -> tuple[Chunk, ...]:
    """The chunks of the backfill whose marts were not published yet, those that are reloaded and built among them."""
    rows = connection.execute(
        "select backfill_id, chunk, count(*) over (), event_dates, events, reloaded_at is not null, "
        "transformed_at is not null from ops.backfills where built_at is null order by chunk"
    ).fetchall()
    return tuple(Chunk(name, number, of, tuple(days), *more) for name, number, of, days, *more in rows)


def mark(connection: DuckDBPyConnection, chunk: Chunk, instant: str, at: datetime) -> None:
    """Write down when something was done with a chunk: `reloaded_at` or `transformed_at`."""
    connection.execute(
        f"update ops.backfills set {instant} = ? where backfill_id = ? and chunk = ?",
        [at, chunk.backfill_id, chunk.number],
    )


def distrust(connection: DuckDBPyConnection) -> None:
    """Have everything built, where a backfill has not reloaded all its days yet: before rows are taken out of raw.

    Those days of raw may lack rows that the marts hold. Once the lake lacks them, too, nobody can tell whose they were.
    """
    if any(not chunk.is_reloaded for chunk in chunks_left(connection)):
        connection.execute("delete from ops.settings where name = 'models'")

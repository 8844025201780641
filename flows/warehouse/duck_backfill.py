"""The plan of a backfill, and how far it has come: its chunks in `ops.backfills`."""

from __future__ import annotations

from datetime import date, datetime

from duckdb import DuckDBPyConnection

from flows.chunks import Backfill, Chunk, chunks_of
from flows.errors import BackfillRefused
from flows.lake import Lake
from flows.warehouse.duck_reload import counts, lake_files, lake_rows


def plan(
    connection: DuckDBPyConnection, lake: Lake, first: date | None, last: date | None, days_per_chunk: int | None
) -> Backfill:
    """The unfinished backfill, if the range is the same or none, else a new one. Only looks; `enter` begins it.

    Raises BackfillRefused if another range is unfinished or if there is nothing on these dates, LedgerError if a file
    of the lake is missing or holds other rows than the ledger says.
    """
    if begun := _unfinished(connection):
        if (first or begun.first_date, last or begun.last_date) != (begun.first_date, begun.last_date):
            raise BackfillRefused(
                f"the backfill of {begun.first_date} to {begun.last_date} is not finished: `shopflow backfill` without "
                "a range carries it on, then another one can begin"
            )
        left = [day for chunk in begun.chunks if not chunk.is_reloaded for day in chunk.event_dates]
        lake_files(connection, lake, left)
        return begun
    known = _days(connection)
    if not known:
        raise BackfillRefused("there are no events yet: nothing was loaded that could be rebuilt")
    first, last = first or known[0], last or known[-1]
    days = [day for day in known if first <= day <= last]
    if not days:
        raise BackfillRefused(
            f"there are no events from {first} to {last}: those that were loaded are of {known[0]} to {known[-1]}"
        )
    name = f"backfill-{_number(connection)}"
    in_lake = dict.fromkeys(days, 0) | counts(connection, lake_rows(lake_files(connection, lake, days), days))
    return Backfill(name, first, last, chunks_of(name, in_lake, days_per_chunk))


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


def _unfinished(connection: DuckDBPyConnection) -> Backfill | None:
    chunks = chunks_left(connection) if _has_table(connection) else ()
    if not chunks:
        return None
    asked = connection.execute(
        "select first_date, last_date from ops.backfills where backfill_id = ?", [chunks[0].backfill_id]
    ).fetchone()
    first, last = asked or (chunks[0].event_dates[0], chunks[-1].event_dates[-1])
    return Backfill(chunks[0].backfill_id, first, last, chunks, is_begun=True)


def _days(connection: DuckDBPyConnection) -> list[date]:
    """The days that batches brought events of, and those that raw has whatever the ledger says."""
    rows = connection.execute(
        "select unnest(event_dates) as day from ops.batches "
        "union select distinct event_date from raw.events order by day"
    ).fetchall()
    return [day for (day,) in rows]


def _number(connection: DuckDBPyConnection) -> int:
    if not _has_table(connection):
        return 1
    told = connection.execute("select count(distinct backfill_id) + 1 from ops.backfills").fetchone()
    return int(told[0]) if told else 1


def _has_table(connection: DuckDBPyConnection) -> bool:
    # A dry run makes no tables, and an earlier version made none of this name.
    told = connection.execute("from duckdb_tables() where schema_name = 'ops' and table_name = 'backfills'").fetchone()
    return told is not None

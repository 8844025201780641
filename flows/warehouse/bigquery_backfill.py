"""How far a backfill has come on BigQuery: its chunks in `ops.backfills`, and what its plan is made of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flows.chunks import Backfill, Chunk
from flows.warehouse.bigquery_jobs import Jobs
from flows.warehouse.bigquery_tables import EVERY_DAY

# A statement for a transaction that takes rows out of raw: days of raw that a backfill has begun to make anew may lack
# rows that the marts hold, and once the lake lacks them, too, nobody can tell whose they were. So all will be built.
DISTRUST = """
    delete from ops.settings
    where name = 'models' and exists (select 1 from ops.backfills where built_at is null and reloaded_at is null);
"""


@dataclass(frozen=True)
class Known:
    """See `backfill_plan.Known`."""

    jobs: Jobs

    def unfinished(self) -> Backfill | None:
        chunks = chunks_left(self.jobs)
        if not chunks:
            return None
        (asked,) = self.jobs.rows(
            "select distinct first_date, last_date from ops.backfills where backfill_id = @id",
            {"id": chunks[0].backfill_id},
        )
        return Backfill(chunks[0].backfill_id, asked["first_date"], asked["last_date"], chunks, is_begun=True)

    def days(self) -> list[date]:
        rows = self.jobs.rows(
            "select event_date from ops.batches, unnest(event_dates) as event_date "
            f"union distinct select event_date from raw.events where {EVERY_DAY} order by event_date"
        )
        return [row["event_date"] for row in rows]

    def next_id(self) -> str:
        (told,) = self.jobs.rows("select count(distinct backfill_id) + 1 as number from ops.backfills")
        return f"backfill-{told['number']}"

    def brought(self, days: Sequence[date]) -> dict[str, int]:
        loaded = "select batch_id, event_dates, rows_by_table from ops.batches order by loaded_at, batch_id"
        return {
            row["batch_id"]: json.loads(row["rows_by_table"]).get("events", 0)
            for row in self.jobs.rows(loaded)
            if not set(days).isdisjoint(row["event_dates"])
        }


def chunks_left(jobs: Jobs) -> tuple[Chunk, ...]:
    """The chunks of the backfill whose marts were not published yet, those that are reloaded and built among them."""
    rows = jobs.rows(
        "select backfill_id, chunk, count(*) over () as number, event_dates, events, "
        "reloaded_at is not null as is_reloaded, transformed_at is not null as is_built "
        "from ops.backfills where built_at is null order by chunk"
    )
    return tuple(
        Chunk(
            row["backfill_id"],
            row["chunk"],
            row["number"],
            tuple(row["event_dates"]),
            row["events"],
            row["is_reloaded"],
            row["is_built"],
        )
        for row in rows
    )


def enter(jobs: Jobs, backfill: Backfill, at: datetime) -> None:
    """Write a plan's chunks into `ops.backfills`, in one statement: from now on it is unfinished, and every run carries
    it on."""
    rows = ", ".join(
        f"(@id, @first, @last, {chunk.number}, [{dates(chunk.event_dates)}], {chunk.events}, @at)"
        for chunk in backfill.chunks  # written out: a job takes 10,000 parameters at most
    )
    jobs.run(
        "insert into ops.backfills (backfill_id, first_date, last_date, chunk, event_dates, events, planned_at) "
        f"values {rows}",
        {"id": backfill.backfill_id, "first": backfill.first_date, "last": backfill.last_date, "at": at},
    )


def mark_transformed(jobs: Jobs, chunk: Chunk, at: datetime) -> None:
    """Write down when the models had a chunk's days."""
    jobs.run(
        "update ops.backfills set transformed_at = @at where backfill_id = @id and chunk = @number",
        {"at": at, "id": chunk.backfill_id, "number": chunk.number},
    )


def dates(days: Sequence[date]) -> str:
    """Days as literals."""
    return ", ".join(f"date '{day}'" for day in days)

"""The law of conservation over all history, asked of BigQuery: every row that was ever read is somewhere, once."""

from __future__ import annotations

import json
from collections.abc import Iterator

from flows.lake import is_dated
from flows.records import RECORDS
from flows.warehouse.bigquery_jobs import Jobs
from flows.warehouse.bigquery_tables import EVERY_DAY

_FATES = "accepted + quarantined + coalesce(replayed, 0) + duplicates + coalesce(erased, 0)"
_LEAST = "least(accepted, quarantined, coalesce(replayed, 0), duplicates, coalesce(erased, 0))"

_COUNTED = f"""
    select batch_id, rows_read, {_FATES} as found, {_LEAST} as least from ops.batches
    where rows_read <> {_FATES} or {_LEAST} < 0
    union all
    select batch_id, rows_read, {_FATES}, {_LEAST} from ops.removals
    where rows_read <> {_FATES} or {_LEAST} < 0
    order by batch_id
"""

_NOT_REPLAYED = """
    select batches.batch_id, coalesce(batches.replayed, 0) as passed, coalesce(sum(replays.rows_read), 0) as has_read
    from ops.batches as batches
    left join ops.batches as replays on batches.batch_id = replays.replay_of
    group by batches.batch_id, batches.replayed
    having coalesce(batches.replayed, 0) <> coalesce(sum(replays.rows_read), 0)
    order by batch_id
"""


def imbalances(jobs: Jobs, *, thorough: bool) -> Iterator[str]:
    """See `Warehouse.imbalances`."""
    for row in jobs.rows(_COUNTED):
        if row["rows_read"] != row["found"]:
            yield f"of batch {row['batch_id']} {row['rows_read']} rows were read, but {row['found']} are accounted for"
        if row["least"] < 0:
            yield (
                f"of batch {row['batch_id']} {row['least']} rows are said to have met one fate: a count cannot be "
                "below 0"
            )
    for row in jobs.rows(_NOT_REPLAYED):
        yield (
            f"of batch {row['batch_id']} {row['passed']} refused rows passed a replay, but its replays have read "
            f"{row['has_read']}"
        )
    if thorough:
        yield from _not_loaded(jobs)


def _not_loaded(jobs: Jobs) -> Iterator[str]:
    said = {
        (row["batch_id"], table): rows
        for row in jobs.rows("select batch_id, rows_by_table from ops.batches")
        for table, rows in json.loads(row["rows_by_table"]).items()
    }
    found = {}
    for table in RECORDS:
        every_day = f"where {EVERY_DAY}" if is_dated(table) else ""
        for row in jobs.rows(f"select batch_id, count(*) as number from raw.{table} {every_day} group by batch_id"):
            found[row["batch_id"], table] = row["number"]
    for batch_id, table in sorted(said.keys() | found.keys()):
        told, counted = said.get((batch_id, table), 0), found.get((batch_id, table), 0)
        if told != counted:
            yield f"batch {batch_id} has {told} rows of {table} by the ledger, but {counted} are in raw.{table}"

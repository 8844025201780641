"""The law of conservation over all history: every row that was ever read is somewhere, once."""

from __future__ import annotations

from collections.abc import Iterator

from duckdb import DuckDBPyConnection

from flows.records import RECORDS

_FATES = "accepted + quarantined + coalesce(replayed, 0) + duplicates + coalesce(erased, 0)"

_LEAST = "least(accepted, quarantined, coalesce(replayed, 0), duplicates, coalesce(erased, 0))"

_NEGATIVE = f"""
    select batch_id, {_LEAST} from ops.batches where {_LEAST} < 0
    union all
    select batch_id, {_LEAST} from ops.removals where {_LEAST} < 0
    order by all
"""

_NOT_CLOSED = f"""
    select batch_id, rows_read, {_FATES} from ops.batches where rows_read <> {_FATES}
    union all
    select batch_id, rows_read, {_FATES} from ops.removals where rows_read <> {_FATES}
    order by all
"""

_NOT_REPLAYED = """
    select batches.batch_id, coalesce(batches.replayed, 0), coalesce(sum(replays.rows_read), 0)
    from ops.batches as batches
    left join ops.batches as replays on batches.batch_id = replays.replay_of
    group by all
    having coalesce(batches.replayed, 0) <> coalesce(sum(replays.rows_read), 0)
    order by all
"""

_NOT_LOADED = """
    with

    found as ({found}),

    said as (
        select batch_id, unnest(json_keys(rows_by_table)) as "table",
            unnest(json_extract(rows_by_table, '$.*'))::bigint as rows
        from ops.batches
    )

    select batch_id, "table", coalesce(said.rows, 0), coalesce(found.rows, 0)
    from found full join said using (batch_id, "table")
    where coalesce(said.rows, 0) <> coalesce(found.rows, 0)
    order by all
"""


def imbalances(connection: DuckDBPyConnection, *, thorough: bool) -> Iterator[str]:
    """See `Warehouse.imbalances`."""
    for batch_id, read, found in connection.execute(_NOT_CLOSED).fetchall():
        yield f"of batch {batch_id} {read} rows were read, but {found} are accounted for"
    for batch_id, least in connection.execute(_NEGATIVE).fetchall():
        yield f"of batch {batch_id} {least} rows are said to have met one fate: a count cannot be below 0"
    for batch_id, passed, read in connection.execute(_NOT_REPLAYED).fetchall():
        yield f"of batch {batch_id} {passed} refused rows passed a replay, but its replays have read {read}"
    if thorough:
        counted = (
            f"select batch_id, '{table}' as \"table\", count(*) as rows from raw.{table} group by all"
            for table in RECORDS
        )
        for batch_id, table, said, found in connection.execute(
            _NOT_LOADED.format(found=" union all ".join(counted))
        ).fetchall():
            yield f"batch {batch_id} has {said} rows of {table} by the ledger, but {found} are in raw.{table}"

"""`ops.batches` and `ops.replays` after an erasure, on DuckDB."""

from __future__ import annotations

from datetime import date

from duckdb import DuckDBPyConnection

from flows.receipts import Counted
from flows.warehouse.erased import CHANGED, Gone, Row, followed, touched, without_fate
from flows.warehouse.erasure import Erasure

# The batches, what they are replays of, and all replays of these.
_FAMILY = """
    with origins as (
        select coalesce(replay_of, batch_id) as batch_id from ops.batches
        where batch_id in (select unnest($touched::varchar[]))
    )
    from ops.batches
    where batch_id in (from origins) or replay_of in (from origins)
"""
_SET = f"update ops.batches set {', '.join(f'{name} = ${name}' for name in CHANGED)} where batch_id = $batch_id"


def follow(connection: DuckDBPyConnection, erasure: Erasure, rows: Counted) -> None:
    """Bring the ledger up to what is left, where `rows` have gone from `raw`: see `erased.followed`."""
    places = _forget_places(connection, erasure)
    batches = touched(erasure, rows, places)
    days = {batch_id: _days(connection, batch_id) for batch_id in without_fate(erasure, batches)}
    answer = connection.execute(_FAMILY, {"touched": batches})
    names = [column[0] for column in answer.description]
    family: list[Row] = [dict(zip(names, values, strict=True)) for values in answer.fetchall()]
    for now in followed(family, erasure, Gone(rows, places, days)):
        connection.execute(_SET, {name: now[name] for name in ("batch_id", *CHANGED)})


def _forget_places(connection: DuckDBPyConnection, erasure: Erasure) -> dict[str, int]:
    """Take the places of refused rows that are no more out of `ops.replays`; how many left each replay."""
    left: dict[str, int] = {}
    for place in erasure.passed:
        for (replay,) in connection.execute(
            "delete from ops.replays where replay_of = ? and table_name = ? and source_file = ? and line = ? "
            "returning batch_id",
            list(place),
        ).fetchall():
            left[replay] = left.get(replay, 0) + 1
    return left


def _days(connection: DuckDBPyConnection, batch_id: str) -> dict[date, int]:
    days = "select event_date, count(*) from raw.events where batch_id = ? group by event_date order by event_date"
    return dict(connection.execute(days, [batch_id]).fetchall())

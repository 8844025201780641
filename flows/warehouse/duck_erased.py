"""The ledger after an erasure: fewer rows accepted and refused, more of them erased; rows read stay their sum."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from duckdb import DuckDBPyConnection

from flows.receipts import Counted
from flows.warehouse.erasure import Erasure, Fate

_TOUCHED = """
    from ops.batches
    where batch_id in (select unnest($touched::varchar[])) or replay_of in (select unnest($touched::varchar[]))
        or batch_id in (select replay_of from ops.batches where batch_id in (select unnest($touched::varchar[])))
    order by replay_of is null, batch_id
"""

_SET = """
    update ops.batches set
        rows_read = $rows_read, accepted = $accepted, quarantined = $quarantined, replayed = $replayed,
        duplicates = $duplicates, erased = $erased, derived = $derived, event_dates = $event_dates,
        rows_by_table = $rows_by_table, refused_by_reason = $refused_by_reason
    where batch_id = $batch_id
"""

_CHANGED = ("rows_read", "accepted", "quarantined", "replayed", "duplicates", "erased", "derived")

Row = dict[str, Any]


def follow(connection: DuckDBPyConnection, erasure: Erasure, rows: Counted) -> None:
    """Bring `ops.batches` and `ops.replays` up to what the lake holds; where it has no manifest of a batch, to `raw`,
    from which `rows` have gone."""
    left = _forget_places(connection, erasure)
    touched = {batch_id for batches in rows.values() for batch_id in batches} | {*erasure.fates, *left}
    answer = connection.execute(_TOUCHED, {"touched": sorted(touched)})
    names = [column[0] for column in answer.description]
    for values in answer.fetchall():
        was = dict(zip(names, values, strict=True))
        was |= {name: was[name] or 0 for name in _CHANGED}
        fate = erasure.fates.get(was["batch_id"])
        now = was | (_held(fate) if fate else _left_in_raw(connection, was, rows))
        now |= _replay(was, now, left) if was["replay_of"] else _first(connection, was, now, fate)
        texts = {name: now[name] for name in ("batch_id", "event_dates", "rows_by_table", "refused_by_reason")}
        connection.execute(_SET, {name: now[name] for name in _CHANGED} | texts)


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


def _held(fate: Fate) -> Row:
    return {
        "rows_by_table": json.dumps(dict(fate.rows_by_table)),
        "event_dates": list(fate.event_dates),
        "refused_by_reason": json.dumps(dict(fate.reasons), ensure_ascii=False),
    }


def _left_in_raw(connection: DuckDBPyConnection, was: Row, rows: Counted) -> Row:
    gone = {table: batches.get(was["batch_id"], 0) for table, batches in rows.items()}
    if not any(gone.values()):
        return {}
    left = {table: number - gone.get(table, 0) for table, number in json.loads(was["rows_by_table"]).items()}
    days = "select distinct event_date from raw.events where batch_id = ? order by event_date"
    return {
        "rows_by_table": json.dumps({table: number for table, number in left.items() if number}),
        "event_dates": [day for (day,) in connection.execute(days, [was["batch_id"]]).fetchall()],
    }


def _taken(was: Row, now: Row) -> int:
    before, after = (sum(json.loads(row["rows_by_table"]).values()) for row in (was, now))
    return int(before - after)


def _replay(was: Row, now: Row, left: Mapping[str, int]) -> Row:
    """A row that has left the quarantine was never read by the replay: it was accepted there, or a copy of one that
    was, or erased. Who was refused under another id has a place still, and is erased here.

    A row that was somebody else's after its correction stays, and has no origin any more: it counts as derived.
    """
    taken, gone = _taken(was, now), left.get(was["batch_id"], 0)
    copies = min(max(gone - taken, 0), was["duplicates"])
    erased = min(max(gone - taken - copies, 0), was["erased"])
    orphans = max(gone - taken - copies - erased, 0)
    return {
        "rows_read": was["rows_read"] - gone,
        "accepted": was["accepted"] - taken - orphans,
        "duplicates": was["duplicates"] - copies,
        "erased": was["erased"] - erased + max(taken - gone, 0),
        "derived": was["derived"] + orphans,
    }


def _first(connection: DuckDBPyConnection, was: Row, now: Row, fate: Fate | None) -> Row:
    """A batch of files, after its replays: rows that passed one are `replayed`, and in the quarantine still."""
    told = connection.execute(
        "select coalesce(sum(rows_read), 0)::bigint from ops.batches where replay_of = ?", [was["batch_id"]]
    ).fetchone()
    replayed = told[0] if told else 0
    if fate is None:
        taken = _taken(was, now)
        gone = taken + was["replayed"] - replayed
        return {"accepted": was["accepted"] - taken, "replayed": replayed, "erased": was["erased"] + gone}
    waiting = fate.quarantined - replayed
    return {"accepted": fate.accepted, "replayed": replayed, "quarantined": waiting, "erased": fate.erased}

"""The ledger after an erasure: fewer rows accepted and refused, more of them erased; rows read stay their sum.

Nothing is read or written here: a warehouse asks FAMILY and the rest, and writes what `followed` tells.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flows.receipts import Counted
from flows.warehouse.batch import as_json
from flows.warehouse.erasure import Erasure, Fate

Row = dict[str, Any]

COUNTS = ("rows_read", "accepted", "quarantined", "replayed", "duplicates", "erased", "derived")
CHANGED = (*COUNTS, "event_dates", "events_by_date", "rows_by_table", "refused_by_reason")


def without_quotes(option: str = "") -> tuple[str, str]:
    """Statements that take out what earlier versions quoted from files of unknown columns: of a file without a header
    that was its first row. `option` is what an engine wants behind a pattern of which every match is to be replaced.
    """
    quoting, pattern = "no known columns (it has ", "no known columns [(]it has .*?[)]; what can be read"
    return (
        f"update ops.files set reason = 'has no known columns' where reason like 'has {quoting}%';",
        "update ops.receipts set detail = "
        f"regexp_replace(detail, '{pattern}', 'no known columns; what can be read'{option}) "
        f"where detail like '%{quoting}%';",
    )


@dataclass(frozen=True)
class Gone:
    """What leaves with an erasure: `rows` of `raw` by table and batch, and how many places of refused rows leave each
    replay. `days` counts what batches without a fate have in `raw.events` afterwards, day by day."""

    rows: Counted
    places: Mapping[str, int] = field(default_factory=dict)
    days: Mapping[str, Mapping[date, int]] = field(default_factory=dict)

    def of(self, batch_id: str) -> dict[str, int]:
        """The rows that a batch loses, by table."""
        return {table: batches[batch_id] for table, batches in self.rows.items() if batch_id in batches}


def touched(erasure: Erasure, rows: Counted, places: Iterable[str]) -> list[str]:
    """The batches whose rows in the ledger change; their replays, and what they are replays of, change with them."""
    return sorted({batch_id for batches in rows.values() for batch_id in batches} | {*erasure.fates, *places})


def without_fate(erasure: Erasure, batches: Collection[str]) -> list[str]:
    """Those of them of which the lake has no manifest: only `raw` tells what they hold."""
    return sorted(set(batches) - set(erasure.fates))


def followed(family: Sequence[Row], erasure: Erasure, gone: Gone) -> list[Row]:
    """The rows of `ops.batches` that change, as they are to be: what the lake holds, and where it has no manifest of a
    batch, what `raw` does. `family` are the batches that are `touched`, what they are replays of, and all replays."""
    told, read = [], dict[str, int]()
    for was in sorted(family, key=lambda row: (row["replay_of"] is None, row["batch_id"])):  # replays first
        was = was | {name: was[name] or 0 for name in COUNTS}
        fate = erasure.fates.get(was["batch_id"])
        now = was | (_held(fate) if fate else _left_in_raw(was, gone))
        if origin := was["replay_of"]:
            now |= _replay(was, now, gone.places.get(was["batch_id"], 0))
            read[origin] = read.get(origin, 0) + now["rows_read"]
        else:
            now |= _first(was, now, fate, read.get(was["batch_id"], 0))
        if any(now[name] != was[name] for name in CHANGED):
            told.append(now)
    return told


def _held(fate: Fate) -> Row:
    return {
        "rows_by_table": json.dumps(dict(fate.rows_by_table)),
        "event_dates": list(fate.event_dates),
        "events_by_date": as_json(fate.events_by_date),
        "refused_by_reason": json.dumps(dict(fate.reasons), ensure_ascii=False),
    }


def _left_in_raw(was: Row, gone: Gone) -> Row:
    if not (taken := gone.of(was["batch_id"])):
        return {}
    days = gone.days.get(was["batch_id"], {})
    left = {table: number - taken.get(table, 0) for table, number in json.loads(was["rows_by_table"]).items()}
    return {
        "rows_by_table": json.dumps({table: number for table, number in left.items() if number}),
        "event_dates": list(days),
        "events_by_date": as_json(days),
    }


def _taken(was: Row, now: Row) -> int:
    before, after = (sum(json.loads(row["rows_by_table"]).values()) for row in (was, now))
    return int(before - after)


def _replay(was: Row, now: Row, gone: int) -> Row:
    """A row that has left the quarantine was never read by the replay: it was accepted there, or a copy of one that
    was, or erased. Who was refused under another id has a place still, and is erased here.

    A row that was somebody else's after its correction stays, and has no origin any more: it counts as derived.
    """
    taken = _taken(was, now)
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


def _first(was: Row, now: Row, fate: Fate | None, replayed: int) -> Row:
    """A batch of files, after its replays, which have read `replayed` rows: those that passed one are in the quarantine
    still."""
    if fate is None:
        taken = _taken(was, now)
        gone = taken + was["replayed"] - replayed
        return {"accepted": was["accepted"] - taken, "replayed": replayed, "erased": was["erased"] + gone}
    waiting = fate.quarantined - replayed
    return {"accepted": fate.accepted, "replayed": replayed, "quarantined": waiting, "erased": fate.erased}

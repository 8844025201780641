"""The ledger of the small shop: four batches, one of them a replay, and four runs, of which not all ended well."""

import json
from datetime import datetime
from typing import Any

Row = dict[str, Any]


def batch(id: str, loaded_at: str, events: dict[int, int], fates: tuple[int, ...], **more: Any) -> Row:
    """`events` by the day of November, `fates` are rows accepted, refused, replayed and folded."""
    accepted, refused, replayed, duplicates = fates
    days = {f"2025-11-{number:02}": count for number, count in events.items()}
    told = {"reasons": {}, "replay_of": None, "files": [f"{id}.csv"]} | more
    return {
        "batch_id": id,
        "landed_at": datetime.fromisoformat(loaded_at),
        "loaded_at": datetime.fromisoformat(loaded_at),
        "source_files": told["files"],
        "rows_read": sum(fates),
        "accepted": accepted,
        "quarantined": refused,
        "replayed": replayed,
        "duplicates": duplicates,
        "erased": 0,
        "derived": 0,
        "replay_of": told["replay_of"],
        "event_dates": [datetime.fromisoformat(day).date() for day in days],
        "events_by_date": json.dumps(days),
        "rows_by_table": json.dumps({"events": accepted}),
        "refused_by_reason": json.dumps(told["reasons"]),
    }


def receipt(run: str, step: str, at: str, seconds: float, verdict: str = "ok", **told: Any) -> Row:
    counts = {name: told.pop(name, None) for name in ("rows_in", "rows_out", "quarantined", "duplicates", "bytes")}
    of_batch = told.pop("batch_id", None)
    began = {"started_at": datetime.fromisoformat(at), "seconds": seconds, "verdict": verdict}
    return {"run_id": run, "batch_id": of_batch, "step": step, **began, **counts, "detail": json.dumps(told)}


# One day of them was loaded on the next, and half an hour before midnight in Berlin is half past in UTC.
BATCHES = [
    batch("b1", "2025-11-08 23:30:00", {1: 1, 2: 6, 8: 2}, (9, 1, 1, 1), reasons={"events.unit_price: negative": 2}),
    batch("b2", "2025-11-15 05:00:00", {10: 12, 14: 10}, (22, 3, 0, 0), reasons={"events.quantity: wrong_type": 3}),
    batch("b3", "2025-11-16 05:00:00", {2: 1}, (1, 0, 0, 0), replay_of="b1"),
    batch("b4", "2025-12-01 06:00:00", {}, (3, 0, 0, 0), files=["users.csv", "more.csv"]),
]
CHECK = "events: few rows were refused"
RECEIPTS = [
    receipt("r1", "land", "2025-11-08 23:29:00", 0.2, files=["b1.csv"], refused_files={}, bytes=900),
    receipt(
        "r1", "validate", "2025-11-08 23:29:01", 1, "degraded", rows_in=12, rows_out=9, quarantined=2, duplicates=1
    ),
    receipt(
        "r1", "judge", "2025-11-08 23:29:02", 0.5, "degraded", batch_id="b1", checks=14,
        not_passed=[CHECK], levels={CHECK: "warn"}, measured={CHECK: "16.67 %"},
    ),
    receipt("r1", "run", "2025-11-08 23:28:59", 5.25, billed={"jobs": 2, "bytes": 20_000_000, "slot_ms": 9}),
    receipt("r2", "land", "2025-11-14 05:00:00", 0.25, files=["x.csv"], refused_files={}, bytes=900),
    receipt("r3", "load", "2025-11-15 04:59:00", 0.25, "failed", error="X", message="<b>no</b> room left"),
    receipt("r3", "run", "2025-11-15 04:58:00", 61.5, "failed", error="X", message="<b>no</b> room left"),
    receipt("r4", "validate", "2025-11-15 05:00:00", 1, rows_in=25, rows_out=22, quarantined=3, duplicates=0),
    receipt("r4", "judge", "2025-11-15 05:00:01", 0.5, batch_id="b2", checks=14, not_passed=[]),
    receipt("r4", "transform", "2025-11-15 05:00:02", 2, rows_out=7, **{"model success": 43, "test pass": 31}),
]  # fmt: skip
LEDGER = {"ops.batches": BATCHES, "ops.receipts": RECEIPTS}

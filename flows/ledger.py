"""From what a step returned, or how it failed, to its receipt. Pure: nothing is read or written here."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import datetime
from typing import Any, Protocol

from flows.chunks import Backfill, Reloaded
from flows.receipts import (
    Batch,
    Billed,
    Built,
    Check,
    Collected,
    Compacted,
    Erased,
    Landed,
    Loaded,
    Pruned,
    Published,
    Purged,
    Receipt,
    Refreshed,
    Removed,
    Replayed,
    Validated,
    Wiped,
)


class Run(Protocol):
    """Whose receipt it is: a run, and the batch that it is about where it is about one; a Story is both."""

    @property
    def run_id(self) -> str: ...

    @property
    def batch_id(self) -> str | None: ...


def receipt_of(
    run: Run,
    step: str,
    started_at: datetime,
    seconds: float,
    told: object,
    error: BaseException | None = None,
    billed: Billed | None = None,
) -> Receipt:
    """The receipt of one step of a run; verdict `ok`, `degraded` (done, with warnings) or `failed`.

    What the step's jobs have cost is in its detail, as `billed`, where there were any.
    """
    facts = _facts(told)
    detail = facts.pop("detail", {})
    verdict = "degraded" if facts.pop("is_degraded", False) else "ok"
    if error is not None:
        verdict, detail = "failed", {**detail, "error": type(error).__name__, "message": str(error)}
    if billed:
        detail = {**detail, "billed": asdict(billed)}
    return Receipt(run.run_id, run.batch_id, step, started_at, round(seconds, 3), verdict, detail=detail, **facts)


def _facts(told: object) -> dict[str, Any]:
    match told:
        case Batch():
            return {
                "bytes": sum(file.bytes for file in told.files),
                "is_degraded": bool(told.refused_files),
                "detail": {
                    "files": [file.name for file in told.files],
                    "refused_files": {file.path: file.reason for file in told.refused_files},
                },
            }
        case Landed():
            batches = [batch.batch_id for batch in told.batches]
            facts = _facts(told.whole)
            return {**facts, "detail": facts["detail"] | ({"batches": batches} if len(batches) > 1 else {})}
        case Collected():
            return {
                "bytes": sum(file.bytes for file in told.files),
                "is_degraded": bool(told.refused_files),
                "detail": {
                    "inbox": told.inbox,
                    "files": [file.found_at for file in told.files],
                    "copies": {file.path: file.reason for file in told.copies},
                    "refused_files": {file.path: file.reason for file in told.refused_files},
                    "arriving": list(told.arriving),
                    "known": told.known,
                },
            }
        case Validated():
            return _validated(told)
        case Loaded():
            rows = sum(told.rows.values())
            return {
                "rows_in": rows,
                "rows_out": rows if told.is_new else 0,
                "detail": {
                    "is_new": told.is_new,
                    "rows": told.rows,
                    "derived": told.derived,
                    "touched_dates": len(told.touched_dates),
                    **({"replaced": {"batch_id": gone.batch_id, "rows": gone.rows}} if (gone := told.replaced) else {}),
                },
            }
        case Removed():
            return {
                "rows_out": sum(told.rows.values()),
                "detail": {"rows": told.rows, "touched_dates": len(told.touched_dates)},
            }
        case Replayed():
            read = sum(batch.rows_read for batch in told.batches)
            return {
                "rows_in": read + told.stayed,
                "rows_out": sum(batch.accepted for batch in told.batches),
                "duplicates": sum(batch.duplicates for batch in told.batches),
                "detail": {
                    "passed": read,
                    "batches": {batch.batch_id: batch.replay_of for batch in told.batches},
                    "stayed": told.stayed,
                    "reasons": told.reasons,
                    **({"let_go_on": f"{told.purged_at:%Y-%m-%d}"} if told.purged_at else {}),
                },
            }
        case Purged():
            return {"rows_out": told.rows, "detail": {"batches": told.batches, "files": told.files}}
        case Pruned():
            return {"rows_out": told.receipts, "detail": {"before": f"{told.before:%Y-%m-%d %H:%M}"}}
        case Compacted():
            return {
                "bytes": told.bytes,
                "detail": {"bytes_before": told.bytes_before, "is_anew": told.is_anew, "copies": told.copies},
            }
        case Backfill():
            return {
                "rows_in": sum(chunk.events for chunk in told.chunks),
                "detail": {
                    "backfill": told.backfill_id,
                    "dates": [told.first_date, told.last_date],
                    "chunks": len(told.chunks),
                    "is_begun": told.is_begun,
                },
            }
        case Reloaded():
            return {
                "rows_in": told.rows_before,
                "rows_out": told.rows,
                "detail": {"backfill": told.chunk.backfill_id, "about": str(told.chunk), "gone": told.gone},
            }
        case Erased():
            return {
                "rows_out": told.rows_in("lake") + told.rows_in("quarantine"),
                "detail": {
                    "rows": {place: told.rows_in(place) for place in told.rows},
                    "devices": told.devices,
                    "touched_dates": len(told.event_dates),
                    "remains": told.remains,
                    "is_complete": told.completed_at is not None,
                },
            }
        case Wiped():
            return {"bytes": told.bytes, "detail": {"copies": told.copies, "versions": told.versions}}
        case Built():
            return {
                "rows_out": sum(node.rows or 0 for node in told.nodes),
                "is_degraded": any(node.status == "warn" for node in told.nodes),
                "detail": dict(Counter(f"{node.kind} {node.status}" for node in told.nodes))
                | ({"about": told.about} if told.about else {}),
            }
        case Refreshed():
            return {
                "is_degraded": bool(told.broken),
                "detail": {
                    "plan": told.plan,
                    "was_validated": told.was_validated,
                    "broken": [asdict(each) for each in told.broken],
                },
            }
        case Published():
            return {
                "rows_out": sum(told.rows.values()),
                "bytes": told.bytes,
                "detail": {"version": told.version, "rows": told.rows},
            }
        case list():
            return {"detail": {"source": told}}
        case tuple() if told and all(isinstance(check, Check) for check in told):
            return {
                "is_degraded": any(not check.is_passed for check in told),
                "detail": {
                    "checks": len(told),
                    "not_passed": [f"{c.table}: {c.name}" for c in told if not c.is_passed],
                    "levels": {f"{c.table}: {c.name}": c.level for c in told if not c.is_passed},
                    "measured": {f"{c.table}: {c.name}": c.measured for c in told if not c.is_passed},
                },
            }
    return {}


def _validated(told: Validated) -> dict[str, Any]:
    quarantined = sum(count.quarantined for count in told.counts)
    return {
        "rows_in": sum(count.rows_read for count in told.counts),
        "rows_out": sum(count.accepted for count in told.counts),
        "quarantined": quarantined,
        "duplicates": sum(count.duplicates for count in told.counts),
        "bytes": told.bytes_written,
        "is_degraded": quarantined > 0,
        "detail": {
            "tables": {count.table: [count.rows_read, count.accepted] for count in told.counts},
            "reasons": told.reasons,
            "derived": told.derived,
            "erased": sum(count.erased for count in told.counts),
            "event_dates": len(told.event_dates),
            "notes": list(told.notes),
        },
    }

"""The ledger as tables for people: what became of each batch's rows, what waits, one batch whole, the last run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.table import Table

from flows.errors import LedgerError
from flows.literal import for_terminal
from flows.receipts import Receipt
from flows.settings import Settings
from flows.story import count_of
from flows.summary import billed_lines, line_of

BATCHES, DAYS = 5, 10
FATES = {"rows_read": "read", "accepted": "accepted", "quarantined": "refused", "duplicates": "copies"}
RARE = {"replayed": "replayed", "erased": "erased"}  # shown only where there are any

Row = dict[str, Any]


def ledger_table(batches: Sequence[Row], is_all: bool) -> str:
    """The last batches, or all of them, newest first, and their sums: lines of aligned columns, none ever cut."""
    fates = FATES | {fate: title for fate, title in RARE.items() if any(batch[fate] for batch in batches)}
    lines = [("loaded (UTC)", "batch", *fates.values(), "days", "in marts")]
    for batch in batches if is_all else batches[:BATCHES]:
        counts = (f"{batch[fate] or 0:,}" for fate in fates)
        is_built = "yes" if batch["built_at"] else "not yet"
        days = f"{len(batch['event_dates']):,}"
        lines.append((f"{batch['loaded_at']:%y-%m-%d %H:%M}", batch["batch_id"], *counts, days, is_built))
    if len(batches) > 1:
        days = f"{len({day for batch in batches for day in batch['event_dates']}):,}"
        lines.append(("all batches", f"{len(batches):,}", *_sums(batches, fates), days, ""))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    is_text = (True, True, *(False for _ in fates), False, True)
    return "\n".join(" ".join(_aligned(line, widths, is_text)).rstrip() for line in lines)


def _sums(batches: Sequence[Row], fates: Iterable[str]) -> Iterator[str]:
    """Rows of all batches by fate, each of them once: read = accepted + refused + copies + erased."""
    # A replay reads again what was read before, and what it replayed is among its own accepted and folded rows.
    first = {"rows_read": [batch for batch in batches if not batch["replay_of"]]}
    for fate in fates:
        yield "" if fate == "replayed" else f"{sum(batch[fate] or 0 for batch in first.get(fate, batches)):,}"


def _aligned(line: Sequence[str], widths: Sequence[int], is_text: Sequence[bool]) -> Iterator[str]:
    for cell, width, is_left in zip(line, widths, is_text, strict=True):
        yield cell.ljust(width) if is_left else cell.rjust(width)


def let_go(batches: Sequence[Row]) -> list[str]:
    """A line on the batches whose refused rows maintenance has let go; none where there are none."""
    gone = [batch for batch in batches if batch.get("purged_at")]
    if not gone:
        return []
    rows = count_of(sum(batch["quarantined"] for batch in gone), "refused row")
    last = max(batch["purged_at"] for batch in gone)
    return [f"let go          {rows} of {count_of(len(gone), 'batch', 'batches')}, the last on {last:%Y-%m-%d}"]


def waiting(changes: Mapping[str, Sequence[Row]]) -> list[str]:
    """A line that says what the published marts do not know yet, `changes` by what was done; none if they know all."""
    open_ones = {done: [row for row in rows if row["built_at"] is None] for done, rows in changes.items()}
    told = " and ".join(f"{len(rows):,} {done}" for done, rows in open_ones.items() if rows)
    if not told:
        return []
    days = sorted({day for rows in open_ones.values() for row in rows for day in row["event_dates"]})
    which = ", ".join(str(day) for day in days[:DAYS]) + (f" and {len(days) - DAYS:,} more" if len(days) > DAYS else "")
    return [f"waiting         {told}, for the marts of {which or 'no day'}: the next run builds"]


def batch_table(batch_id: str, batches: Sequence[Row], removals: Sequence[Row]) -> Table:
    """All that is known of one batch, its removals included. Raises LedgerError where nothing is."""
    rows = [row for row in (*batches, *removals) if row["batch_id"] == batch_id]
    if not rows:
        raise LedgerError(f"nothing is known of a batch {batch_id}: `shopflow status --all` lists the batches")
    found = Table(box=None, pad_edge=False, show_header=False)
    found.add_column()
    found.add_column(overflow="fold")
    for row in rows:
        for name, value in row.items():
            if value not in (None, 0):
                found.add_row(name, for_terminal(_said(value)))
        replays = [replay["batch_id"] for replay in batches if replay["replay_of"] == batch_id]
        if at := row.get("purged_at"):
            found.add_row("refused rows", f"let go on {at:%Y-%m-%d}: they are counted, and kept nowhere")
        if replays:
            found.add_row("replays", ", ".join(replays))
        found.add_section()
    return found


def _said(value: object) -> str:
    if isinstance(value, str) and value.startswith("{"):
        return ", ".join(f"{number:,} {name}" for name, number in json.loads(value).items()) or "none"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def last_run(receipts: Sequence[Receipt], settings: Settings) -> Table | str:
    """The steps of the last run by its receipts, and what it was billed."""
    if not receipts:
        return ""
    found = Table(box=None, pad_edge=False, show_header=False)
    found.add_row("last run")
    for receipt in receipts:
        told = for_terminal(line_of(receipt))
        found.add_row(receipt.step, receipt.verdict, f"{receipt.seconds:.1f} s", told)
    for billed in billed_lines(receipts, settings):
        found.add_row("billed", "", "", billed)
    return found

"""`shopflow maintain --dry-run`: what would go. Changes nothing and waits for nobody."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from flows import serving
from flows.commands.plain import plain_console
from flows.maintain import days_of
from flows.maintenance.purge import due
from flows.settings import load_settings
from flows.story import count_of
from flows.summary import size
from flows.warehouse import open_warehouse


def show_due(keep_quarantine_days: int, keep_receipts_days: int) -> None:
    """Print what each step of `flows.maintain` would delete. Raises WarehouseError where another process works."""
    settings, console, now = load_settings(), plain_console(soft_wrap=True), datetime.now(UTC)
    if settings.target == "duckdb" and not settings.warehouse_path.exists():
        console.print("no batch was loaded yet: there is nothing to maintain")
        return
    with open_warehouse(settings, read_only=True) as warehouse:
        purged = due(settings, warehouse, now - days_of(keep_quarantine_days)).told()
        before = now - days_of(keep_receipts_days)
        (old,) = warehouse.query("select count(*) as receipts from ops.receipts where started_at < ?", [before])
        compacted = warehouse.compact(Path(), is_dry=True)
    rows, batches = count_of(purged.rows, "refused row"), count_of(purged.batches, "batch", "batches")
    console.print(f"purge    {rows} of {batches}, {count_of(purged.files, 'file')}")
    console.print(f"prune    {count_of(old['receipts'], 'receipt')} of before {before:%Y-%m-%d %H:%M} UTC")
    parts = [count_of(len(serving.not_kept(settings)), "older copy", "older copies")]
    if compacted.bytes:
        more = ", more than half of it free: it would be written anew" if compacted.is_anew else ""
        parts.append(f"warehouse of {size(compacted.bytes)}{more}")
    console.print(f"compact  {', '.join(parts)}")

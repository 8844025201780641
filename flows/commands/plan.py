"""`shopflow backfill --dry-run`: what would be read and rewritten. Changes nothing and waits for nobody."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from rich.table import Table

from flows.builds import parsed
from flows.chunks import Backfill, Reading
from flows.commands.plain import plain_console
from flows.dates import dates_of
from flows.errors import BackfillRefused
from flows.lake import Lake
from flows.literal import for_terminal
from flows.settings import Settings, load_settings
from flows.summary import size
from flows.warehouse import open_warehouse

KEYS = {"visitor_id": "visitor", "user_id": "user"}


def show_plan(first: str | None, last: str | None, days_per_chunk: int | None) -> None:
    """Print the chunks with what they read, and which rows of which marts are built anew.

    Raises what the backfill itself would raise before it changed anything.
    """
    settings, console = load_settings(), plain_console(soft_wrap=True)
    dates = dates_of(first, last, settings)
    if settings.target == "duckdb" and not settings.warehouse_path.exists():
        raise BackfillRefused("there are no events yet: nothing was loaded that could be rebuilt")
    with open_warehouse(settings, read_only=True) as warehouse:
        plan = warehouse.plan_backfill(Lake.of(settings), *dates, days_per_chunk)
        readings = [warehouse.reading(chunk, Lake.of(settings)) for chunk in plan.chunks if not chunk.is_reloaded]
    console.print(
        f"{'Carried on' if plan.is_begun else 'Planned'}: {plan.first_date} to {plan.last_date}, read from the lake:"
    )
    console.print(_table(readings) if readings else "nothing, all of it was read before")
    for file in sorted({file for reading in readings for file in reading.files}):
        console.print(f"  {for_terminal(file)}")
    console.print("Built anew, and published when all is built:")
    for line in rewritten(plan, settings):
        console.print(f"  {line}")


def rewritten(plan: Backfill, settings: Settings) -> Iterator[str]:
    """One line for each mart: which of its rows the builds of a plan put in anew, as the models' `meta` says."""
    days = [day for chunk in plan.chunks for day in chunk.event_dates]
    with tempfile.TemporaryDirectory() as folder:  # parsing writes, and this home is somebody else's just now
        nodes = parsed(settings.model_copy(update={"home": Path(folder)})).nodes.values()
    for node in sorted(nodes, key=lambda node: str(node.name)):
        if node.resource_type == "model" and node.config.schema == "marts":
            yield f"{node.name}: {_rows(node.config.meta, days)}"


def _rows(meta: dict[str, Any], days: list[date]) -> str:
    parts = []
    if "days" in meta:
        first, last = (timedelta(days=distance) for distance in meta["days"])
        parts.append(f"{min(days) + first} to {max(days) + last}")
    if "changed_in" in meta:
        key = KEYS.get(meta["rebuilt_by"])
        parts.append(f"every {key} of these days" if key else "other days that tell of the same orders")
    return ", and ".join(parts) or "all of it"


def _table(readings: list[Reading]) -> Table:
    found = Table(box=None, pad_edge=False)
    for name in ("chunk", "days", "files", "bytes", "events there", "in raw now"):
        found.add_column(name, justify="left" if name in ("chunk", "days") else "right")
    for told in readings:
        chunk = told.chunk
        days = f"{chunk.event_dates[0]} to {chunk.event_dates[-1]}"
        numbers = (f"{len(told.files):,}", size(told.bytes), f"{chunk.events:,}", f"{told.rows_in_raw:,}")
        found.add_row(f"{chunk.number} of {chunk.of}", days, *numbers)
    return found

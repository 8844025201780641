"""`shopflow status` and `shopflow settings`: what there is."""

from __future__ import annotations

import os
from pathlib import Path

from rich.console import Console
from rich.table import Table

from flows import server, serving
from flows.errors import WarehouseError
from flows.literal import for_terminal
from flows.lock import holder
from flows.receipts import Receipt
from flows.settings import PREFIX, Settings, load_settings
from flows.summary import line_of

BATCHES = 5


def show_status() -> None:
    """Print who is at work, the last batches, the last run's receipts, the serving copy and the server.

    Changes nothing and is in nobody's way: while a run goes on, what is known is read from the serving copy.
    """
    settings, console = load_settings(), _console()
    at_work, copy = holder(settings), serving.current(settings)
    if at_work:
        console.print(f"under way       {for_terminal(at_work.named)}", soft_wrap=True)
    known = _batches(settings, copy, is_held=at_work is not None)
    console.print(known, soft_wrap=isinstance(known, str))
    console.print(f"serving copy    {for_terminal(str(copy or 'none yet'))}", soft_wrap=True)
    found = server.status(settings)
    console.print(f"Prefect server  {found.ui_url if found else 'not running'}", soft_wrap=True)


class _OfTheCopy(Settings):
    """Settings by which the serving copy, which has the ledger's tables too, is opened as if it were the warehouse."""

    @property
    def warehouse_path(self) -> Path:
        return serving.current(self) or super().warehouse_path


def _batches(settings: Settings, copy: Path | None, *, is_held: bool) -> Table | str:
    if not is_held and not settings.warehouse_path.exists():
        return "no batch was loaded yet"
    if is_held and copy is None:
        return "no batch was published yet"
    try:
        return _table(_OfTheCopy(**settings.model_dump()) if is_held else settings)
    except WarehouseError as error:  # a notebook, or a run that has begun just now
        return f"batches         not known now: {for_terminal(str(error))}"


def _table(settings: Settings) -> Table:
    from flows.warehouse import open_warehouse

    with open_warehouse(settings, read_only=True) as warehouse:
        batches = warehouse.query("from ops.batches order by loaded_at desc limit ?", [BATCHES])
        receipts = warehouse.receipts()
    found = Table(box=None, pad_edge=False)
    for name in ("loaded at (UTC)", "batch", "rows", "refused", "in the marts since"):
        found.add_column(name, justify="right" if name in ("rows", "refused") else "left")
    for batch in batches:
        built_at = f"{batch['built_at']:%Y-%m-%d %H:%M}" if batch["built_at"] else "not yet"
        rows, refused = f"{batch['rows_read']:,}", f"{batch['quarantined']:,}"
        found.add_row(f"{batch['loaded_at']:%Y-%m-%d %H:%M}", batch["batch_id"], rows, refused, built_at)
    found.add_section()
    found.add_row("last run")
    for receipt in _last_run(receipts):
        found.add_row(receipt.step, receipt.verdict, f"{receipt.seconds:.1f} s", "", for_terminal(line_of(receipt)))
    return found


def _last_run(receipts: list[Receipt]) -> list[Receipt]:
    return [receipt for receipt in receipts if receipt.run_id == receipts[-1].run_id]


def show_settings() -> None:
    """Print every setting: its variable, its value, whether it was set, and what it means."""
    settings = load_settings()
    found = Table(box=None, pad_edge=False)
    for name in ("variable", "value", "", "meaning"):
        found.add_column(name, overflow="fold")
    for name, field in Settings.model_fields.items():
        variable = f"{PREFIX}{name.upper()}"
        is_set = "set" if variable in os.environ else "default"
        found.add_row(variable, for_terminal(str(getattr(settings, name))), is_set, field.description or "")
    _console().print(found)


def _console() -> Console:
    """One that prints what it is given: a path such as `sales[/old].csv` is no markup, and `:x:` in it no emoji."""
    return Console(highlight=False, markup=False, emoji=False)

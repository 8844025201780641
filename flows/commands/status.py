"""`shopflow status`: the ledger, what waits, the last run, and who is at work."""

from __future__ import annotations

from pathlib import Path

from rich.console import Group

from flows import server, serving
from flows.audit import audit
from flows.commands.at_hand import OfTheCopy
from flows.commands.inbox import inbox_line
from flows.commands.ledger import batch_table, last_run, ledger_table, let_go, waiting
from flows.commands.plain import plain_console
from flows.erasure.journal import unfinished
from flows.errors import LedgerError, ShopflowError, WarehouseError
from flows.literal import for_terminal
from flows.lock import holder
from flows.settings import Settings, load_settings
from flows.warehouse import open_warehouse


def show_status(batch: str | None = None, *, is_all: bool = False, is_audit: bool = False) -> None:
    """Print who is at work, the ledger of the last batches or of all, what waits, the last run, and the server.

    Of one `batch` everything that is known is printed instead. Changes nothing and is in nobody's way: while a run goes
    on, what is known is read from the serving copy. With `is_audit` every row is counted where it should be.

    Raises LedgerError for a batch that nobody knows, and naming each place where rows are too many or too few.
    """
    settings, console = load_settings(), plain_console()
    at_work, copy = holder(settings), serving.current(settings)
    if at_work:
        console.print(f"under way       {for_terminal(at_work.named)}", soft_wrap=True)
    known = _known(settings, copy, at_work is not None, batch, is_all)
    console.print(known, soft_wrap=isinstance(known, str))
    for line in _erasures(settings):
        console.print(line, soft_wrap=True)
    if not batch:
        if settings.target == "duckdb":
            console.print(f"serving copy    {for_terminal(str(copy or 'none yet'))}", soft_wrap=True)
        if settings.inbox:
            console.print(f"inbox           {for_terminal(inbox_line(settings))}", soft_wrap=True)
        found = server.status(settings)
        console.print(f"Prefect server  {found.ui_url if found else 'not running'}", soft_wrap=True)
    if is_audit:
        if told := audit(settings):
            raise LedgerError("the ledger does not close:\n  " + "\n  ".join(told))
        console.print("audit           every row is where the ledger says: in raw, in the lake, in the quarantine")


def _erasures(settings: Settings) -> list[str]:
    """Of each erasure that was begun and not proved a line; their journals are readable by their owner alone."""
    try:
        begun = unfinished(settings)
    except ShopflowError as error:
        return [f"erasures        not known: {for_terminal(str(error))}"]
    return [f"not finished    erasure {erased.erasure_id}: give its `shopflow forget` again" for erased in begun]


def _known(settings: Settings, copy: Path | None, is_held: bool, batch: str | None, is_all: bool) -> Group | str:
    is_file = settings.target == "duckdb"  # another process that works in it keeps everybody else out
    if is_file and not is_held and not settings.warehouse_path.exists():
        return "no batch was loaded yet"
    is_held = is_held and is_file
    if is_held and copy is None:
        return "no batch was published yet"
    try:
        with open_warehouse(OfTheCopy(**settings.model_dump()) if is_held else settings, read_only=True) as warehouse:
            batches = warehouse.query("select * from ops.batches order by loaded_at desc, batch_id")
            removals = warehouse.query("select * from ops.removals order by removed_at desc, batch_id")
            changes = {"loaded": batches, "removed": removals} | {
                done: warehouse.query(f"select * from ops.{table}")
                for done, table in (("to backfill", "backfills"), ("erased", "erasures"))
            }
            last = warehouse.query("select run_id from ops.receipts order by started_at desc limit 1")
            receipts = warehouse.receipts(last[0]["run_id"]) if last else []
    except WarehouseError as error:  # a notebook, or a run that has begun just now
        return f"batches         not known now: {for_terminal(str(error))}"
    if batch:
        return Group(batch_table(batch, batches, removals))
    return Group(ledger_table(batches, is_all), *let_go(batches), *waiting(changes), last_run(receipts, settings))

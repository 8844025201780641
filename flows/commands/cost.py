"""`shopflow cost`: what a run would be billed for building and testing what waits now. Runs nothing of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from flows.bills import counted, dollars
from flows.builds import compiled, fingerprint
from flows.commands.plain import plain_console
from flows.literal import for_terminal
from flows.receipts import Changes
from flows.settings import Settings, load_settings
from flows.story import count_of
from flows.summary import size
from flows.warehouse import open_warehouse
from flows.warehouse.bigquery_cost import Estimate, estimates
from flows.warehouse.bigquery_jobs import Jobs

UNKNOWN = (
    "Not in it: what reads the tables that this build makes anew is estimated by those that are there now; files that "
    "a run loads add their days; the ledger's own questions and those of the contracts. Load jobs are free."
)


def show_cost(*, is_whole: bool = False) -> None:
    """Print the estimate of each statement, dearest first, and their sum; `is_whole`: of a build of everything.

    The statements are not run; asking the ledger what waits is, and the last line tells what that was billed. Raises
    WarehouseError where nothing was ever loaded, where the service does not answer, or where a right lacks.
    """
    settings, console = load_settings(), plain_console(soft_wrap=True)
    if settings.target == "duckdb":
        console.print("nothing is billed on DuckDB: it runs on your own machine")
        return
    with counted() as bill:
        with open_warehouse(settings, read_only=True) as warehouse:
            changes = warehouse.pending(fingerprint())
        changes = replace(changes, is_whole=changes.is_whole or is_whole)
        if changes:
            found = list(estimates(Jobs.begin(settings), compiled(settings, changes)))
            for line in told(found, changes, settings):
                console.print(for_terminal(line))
        else:
            console.print("nothing waits: a run that loads nothing new builds nothing (--full-refresh: all of it)")
    console.print(f"This look was billed {size(bill.billed.bytes)} itself, for asking the ledger what waits.")


def told(found: Sequence[Estimate], changes: Changes, settings: Settings) -> Iterator[str]:
    """The estimates as lines: each statement, dearest first, why others have none, the sum, and what it leaves out."""
    cap = settings.bigquery_max_gigabytes * 10**9
    known = {each.statement: each.bytes for each in found if each.bytes is not None}
    for statement, number in sorted(known.items(), key=lambda each: (-each[1], each[0].name)):
        refused = f"  BigQuery would refuse it: above SHOPFLOW_BIGQUERY_MAX_GIGABYTES ({cap / 10**9:g} GB)"
        price = f"{size(number):>10}  {dollars(number, settings):<16}"
        yield f"{price}  {statement.kind} {statement.name}{refused if number > cap else ''}"
    for why, statements in Counter(each.why for each in found if each.bytes is None).items():
        yield f"{'not known':>10}  {count_of(statements, 'statement')}: {why}"
    total = sum(known.values())
    what = "everything" if changes.is_whole else f"{count_of(len(changes.touched_dates), 'day')} that changed"
    yield f"Building and testing {what}: about {size(total)}, {dollars(total, settings)}."
    yield UNKNOWN

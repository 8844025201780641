"""Whose turn it is to change the ledger on BigQuery: one row, which every transaction that does so changes.

Transactions that only append never conflict there, so two of them may both bring the same batch: of two machines, or of
one run that sent a script, heard no more of it and was begun again. So whoever writes reads the row first, then asks
what it builds upon, and its script commits only if the row still stands as it was read.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flows.errors import WarehouseError, transient
from flows.warehouse.tables import Field

if TYPE_CHECKING:
    from flows.warehouse.bigquery_jobs import Jobs

FIELDS = (Field("taken", "VARCHAR", "STRING", "By which transaction the ledger was changed last.", True),)

_MEANWHILE = "the ledger was changed meanwhile"
# Google's own words where two transactions that change the row run at once.
_AT_ONCE = "due to concurrent update"
_TAKE = f"""
    update ops.turn
    set taken = if((select max(taken) from ops.turn) = @turn, cast(@next_turn as string), error('{_MEANWHILE}'))
    where true;
"""


@dataclass(frozen=True)
class Turn:
    """What the row said when it was asked for, and the shop's time zone beside it: None before the first load."""

    taken: str
    zone: str | None


def turn(jobs: Jobs) -> Turn:
    """The row as it stands now, for `transaction`. Ask for it before anything that the transaction builds upon."""
    (told,) = jobs.rows(
        "select (select max(taken) from ops.turn) as taken, "
        "(select max(value) from ops.settings where name = 'reporting_timezone') as zone"
    )
    if told["taken"] is None:
        jobs.run("insert into ops.turn (taken) values ('')")  # also twice: the least of all texts does no harm
    return Turn(told["taken"] or "", told["zone"])


def transaction(jobs: Jobs, turn: Turn, statements: Sequence[str], params: Mapping[str, Any]) -> None:
    """Run the statements as one transaction, unless another one has committed since the turn was read.

    Raises WarehouseError, which is transient, where that is so: nothing was changed then.
    """
    script = "\n".join(["begin transaction;", _TAKE, *filter(None, statements), "commit transaction;"])
    try:
        jobs.run(script, {**params, "turn": turn.taken, "next_turn": secrets.token_hex(8)})
    except WarehouseError as error:
        if _MEANWHILE in str(error.__cause__) or _AT_ONCE in str(error.__cause__):
            told = "another run changed the warehouse meanwhile, so nothing was changed: run again"
            raise transient(WarehouseError(told)) from error
        raise


def shut_out(jobs: Jobs) -> None:
    """See that no transaction which was begun before this call commits after it: then the ledger tells what came.

    A statement that stands alone waits for transactions that are changing the row.
    """
    turn(jobs)
    jobs.run("update ops.turn set taken = @next_turn where true", {"next_turn": secrets.token_hex(8)})

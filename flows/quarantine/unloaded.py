"""Files of replays that were never loaded: nobody's rows, for the rows that they were made of wait on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from flows.checks.manifest import manifests
from flows.checks.placing import take_away
from flows.errors import ShopflowError, StorageError
from flows.lake import Lake
from flows.receipts import Validated
from flows.warehouse import Warehouse

# What was taken out keeps its files until marts without it are published.
KNOWN = "select batch_id from ops.batches union all select batch_id from ops.removals where built_at is null"


@contextmanager
def unless_loaded(warehouse: Warehouse, lake: Lake, batch_id: str) -> Iterator[None]:
    """Take the batch's files away if the block fails and the ledger does not have it, nor can get it any more.

    A kill leaves them, and a warehouse that does not answer.
    """
    try:
        yield
    except BaseException:
        with suppress(ShopflowError, OSError):  # the block's own error is the one to be told
            warehouse.settle()
            if not warehouse.query("select batch_id from ops.batches where batch_id = ?", [batch_id]):
                take_away(lake, batch_id)
        raise


def unloaded(warehouse: Warehouse, lake: Lake) -> list[Validated]:
    """The replays of the lake that no ledger knows. Of other batches nobody can say so: their run may load them yet.

    Raises StorageError as `manifests` does.
    """
    replays = [told for told in manifests(lake) if told.batch.replay_of]
    known = {row["batch_id"] for row in warehouse.query(KNOWN)} if replays else set()
    return [told for told in replays if told.batch.batch_id not in known]


def take_unloaded_away(warehouse: Warehouse, lake: Lake) -> None:
    """Remove what replays that were killed have left. A manifest that cannot be read is in nobody's way here."""
    with suppress(StorageError):
        if unloaded(warehouse, lake):
            warehouse.settle()
            for told in unloaded(warehouse, lake):  # once more: one of them may have got into the ledger until then
                take_away(lake, told.batch.batch_id)

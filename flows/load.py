"""Load: a validated batch's rows go from the lake into `raw.*`, once and only once."""

from __future__ import annotations

from dataclasses import replace

from flows.lake import Lake
from flows.receipts import Loaded, Validated
from flows.settings import Settings
from flows.warehouse import open_warehouse


def load(validated: Validated, settings: Settings, *, replaces: str | None = None) -> Loaded:
    """Take the batch's accepted rows into the warehouse, all or nothing, and enter it in `ops.batches`.

    The batch `replaces` goes out in the same moment, so that readers of the warehouse never see neither, nor both.

    The same batch again changes nothing and comes back with `is_new` False. `touched_dates` are the event dates that
    the batch has rows on. Raises LedgerError if the rows that arrive are not those that were accepted, WarehouseError,
    StorageError or SettingsError as `Warehouse.load` says; after any failure the warehouse is as it was before.

    >>> load(validated, settings).rows  # doctest: +SKIP
    {'events': 100000, 'users': 2140, 'products': 500}
    """
    with open_warehouse(settings) as warehouse:
        loaded = warehouse.load(validated, Lake.of(settings), settings, replaces=replaces)
    return replace(loaded, derived=validated.derived)

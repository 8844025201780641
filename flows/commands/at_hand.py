"""The ledger as it can be read right now: in the warehouse, or in the serving copy while a run holds the warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows import serving
from flows.lock import holder
from flows.settings import Settings
from flows.warehouse import Warehouse, open_warehouse


class OfTheCopy(Settings):
    """Settings by which the serving copy, which has the ledger's tables too, is opened as if it were the warehouse."""

    @property
    def warehouse_path(self) -> Path:
        return serving.current(self) or super().warehouse_path


@contextmanager
def ledger_at_hand(settings: Settings) -> Iterator[Warehouse | None]:
    """A warehouse to ask for what is in `ops`, opened to be read only; None where there is none yet.

    Raises WarehouseError where another program keeps it closed.
    """
    is_held = settings.target == "duckdb" and holder(settings) is not None
    read = OfTheCopy(**settings.model_dump()) if is_held else settings
    if settings.target == "duckdb" and (
        not read.warehouse_path.exists() or (is_held and not serving.current(settings))
    ):
        yield None
        return
    with open_warehouse(read, read_only=True) as warehouse:
        yield warehouse

"""Room that nothing is in: serving copies beyond those that are kept, and a warehouse's file that is mostly free."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from flows import serving
from flows.receipts import Compacted
from flows.settings import Settings
from flows.warehouse import open_warehouse


def compact(settings: Settings) -> Compacted:
    """Take serving copies away that are not to be kept, and write the warehouse's file anew if most of it is free.

    Needs room for what the warehouse holds meanwhile. Raises StorageError or WarehouseError; the old file is whole
    then.
    To hold the home's lock is the caller's.
    """
    gone = serving.keep_only_last(settings)
    settings.home.mkdir(parents=True, exist_ok=True)
    folder = TemporaryDirectory(prefix=".wipe-", dir=settings.home, ignore_cleanup_errors=True)
    with folder as place, open_warehouse(settings) as warehouse:
        warehouse.keep_publications(serving.kept(settings))
        told = warehouse.compact(Path(place) / settings.warehouse_path.name)
    return replace(told, copies=len(gone))

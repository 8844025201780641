"""After the publication: no older copy of the marts is left, and no byte of deleted rows in the warehouse's file."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from flows import serving
from flows.receipts import Wiped
from flows.settings import Settings
from flows.warehouse import open_warehouse


def wipe(settings: Settings) -> Wiped:
    """Delete all serving copies but the current one, and write the warehouse's file anew.

    Needs room for a second warehouse meanwhile. Raises StorageError or WarehouseError; the old file is whole then.
    """
    gone = serving.keep_only_current(settings)
    folder = TemporaryDirectory(prefix=".wipe-", dir=settings.home, ignore_cleanup_errors=True)
    with folder as place, open_warehouse(settings) as warehouse:
        warehouse.write_anew(Path(place) / settings.warehouse_path.name)
    return Wiped(len(gone), settings.warehouse_path.stat().st_size)

"""After the publication: no older copy of the marts is left, no byte of deleted rows in the warehouse's file, and no
older version of the lake's objects that held the rows."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from flows import serving
from flows.erasure.lake_rows import paths_of
from flows.lake import Lake
from flows.receipts import Erased, Wiped
from flows.settings import Settings
from flows.warehouse import open_warehouse


def wipe(settings: Settings, erased: Erased) -> Wiped:
    """Delete all serving copies but the current one, write the warehouse's file anew, and delete what a bucket with
    object versioning keeps of the files that were `erased` from.

    Needs room for a second warehouse meanwhile. Raises StorageError or WarehouseError; the old file is whole then. A
    version that may not be deleted stays, and the receipt says so.
    """
    gone = serving.keep_only_current(settings)
    folder = TemporaryDirectory(prefix=".wipe-", dir=settings.home, ignore_cleanup_errors=True)
    with folder as place, open_warehouse(settings) as warehouse:
        warehouse.write_anew(Path(place) / settings.warehouse_path.name)
    lake = Lake.of(settings)
    versions = lake.drop_older(paths_of(lake, erased.rows))
    file = settings.warehouse_path
    return Wiped(len(gone), file.stat().st_size if settings.target == "duckdb" else 0, versions)

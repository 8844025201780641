"""What processes that were killed have left half-made in a home."""

from __future__ import annotations

import shutil
from contextlib import suppress
from itertools import chain
from pathlib import Path

from flows import serving
from flows.checks.tombstones import DRAFT
from flows.erasure import journal
from flows.lake import Lake
from flows.quarantine import spill
from flows.settings import Settings

HEADERS_BYTES = 3 * 4096


def sweep(settings: Settings) -> None:
    """Remove it: drafts of the demo shop, files on their way into the lake, copies of the inbox's objects, scratch of
    the contracts, of a Dask cluster and of readers of the quarantine, journals of erasures and tombstones that were
    being written, a warehouse that was being written anew, and one that was never one.

    Only for the holder of the home's lock, for nobody else is at work then. Never raises: what cannot be removed stays,
    and is in nobody's way, because every run makes its folders anew.
    """
    drafts = [path for pattern in (".dask-*", ".demo*", ".judge-*", ".wipe-*") for path in settings.home.glob(pattern)]
    copies = settings.home / ".inbox" / "copies"
    for folder in chain([Lake.of(settings).staging, copies], drafts, spill.abandoned(settings.home)):
        shutil.rmtree(folder, ignore_errors=True)
    for place in (journal.folder(settings), settings.lake_folder):
        for draft in place.glob(f".*{DRAFT}"):
            with suppress(OSError):
                draft.unlink()
    with suppress(OSError):
        if _was_never_one(settings.warehouse_path) and serving.current(settings) is None:
            settings.warehouse_path.unlink()


def _was_never_one(warehouse: Path) -> bool:
    # DuckDB begins a file with three headers; whoever is killed before the third leaves what nobody can open. Where
    # something was published a warehouse was there: that it is gone is then said by whoever opens it.
    log = warehouse.with_name(f"{warehouse.name}.wal")
    return warehouse.is_file() and warehouse.stat().st_size < HEADERS_BYTES and not log.exists()

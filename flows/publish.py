"""Publish: the marts go into the next serving copy, and only a whole and counted one becomes current.

BigQuery serves its marts itself, each of them swapped by dbt in one step: there is nothing to copy, only to be told.
"""

from __future__ import annotations

from datetime import UTC, datetime

from flows import serving
from flows.receipts import Published
from flows.settings import Settings
from flows.warehouse import open_warehouse


def publish(settings: Settings) -> Published:
    """Bring a file of `settings.serving` up to date with the marts and swap the link `current.duckdb` to it.

    Where an earlier copy lies there of which the warehouse knows what it lacks, only that is copied; else everything.
    The link moves only after the copy was read back and counted. Readers of the old copy go on undisturbed; the last
    `settings.serving_copies` copies are kept. Raises WarehouseError if there are no marts or they cannot be copied,
    StorageError if the folder cannot be written. After a failure the copy that was current still is, and nothing is
    left of the new one.

    >>> publish(settings).version  # doctest: +SKIP
    'marts-000012-20251101T060000Z'
    """
    # The open warehouse is the lock: two runs can never publish at once.
    with open_warehouse(settings) as warehouse:
        if (served := warehouse.published()) is not None:
            return served
        with serving.draft(settings, datetime.now(UTC), warehouse.publications()) as path:
            version = path.stem.removeprefix(".draft-")
            rows = warehouse.export(path, version)
        copy = path.with_name(f"{version}.duckdb")
        serving.make_current(settings, copy)
        serving.keep_only_last(settings)
        warehouse.keep_publications(serving.kept(settings))
    return Published(version, str(copy), rows, copy.stat().st_size)

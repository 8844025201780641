"""Publish: the marts go into a fresh serving copy, and only a whole and counted one becomes current."""

from __future__ import annotations

from datetime import UTC, datetime

from flows import serving
from flows.receipts import Published
from flows.settings import Settings
from flows.warehouse import open_warehouse


def publish(settings: Settings) -> Published:
    """Copy the marts to a new file of `settings.serving` and swap the link `current.duckdb` to it.

    The link moves only after the copy was read back and counted. Readers of the old copy go on undisturbed; the last
    `settings.serving_copies` copies are kept. Raises WarehouseError if there are no marts or they cannot be copied,
    StorageError if the folder cannot be written. After a failure the copy that was current still is, and nothing is
    left of the new one.

    >>> publish(settings).version  # doctest: +SKIP
    'marts-000012-20251101T060000Z'
    """
    # The open warehouse is the lock: two runs can never publish at once.
    with open_warehouse(settings) as warehouse:
        with serving.draft(settings, datetime.now(UTC)) as path:
            version = path.stem.removeprefix(".draft-")
            rows = warehouse.export(path, version)
        copy = path.with_name(f"{version}.duckdb")
        serving.make_current(settings, copy)
        serving.keep_only_last(settings)
    return Published(version, str(copy), rows, copy.stat().st_size)

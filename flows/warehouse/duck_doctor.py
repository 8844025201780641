"""What `shopflow doctor` looks at where the warehouse is a file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from flows import serving
from flows.doctor.check import Check
from flows.errors import StorageError
from flows.lock import holder
from flows.pinned import require_zone
from flows.settings import Settings
from flows.story import count_of
from flows.summary import size
from flows.warehouse.base import open_warehouse
from flows.warehouse.duck_connect import connect
from flows.warehouse.duck_errors import translated


def checks_of(settings: Settings) -> Iterator[Check]:
    """The warehouse, the shop's time zone, and the copy that readers have."""
    yield Check("warehouse", partial(_warehouse, settings))
    yield Check("time zone", partial(_zone, settings), needs=("warehouse",))
    yield Check("serving copy", partial(_copy, settings))


def _warehouse(settings: Settings) -> str:
    if by := holder(settings):
        return f"held by {by.named}"
    path = settings.warehouse_path
    if not path.exists():
        return "none yet; the first run makes it"
    with open_warehouse(settings, read_only=True) as warehouse:
        (found,) = warehouse.query("select count(*) as batches from ops.batches")
    return f"{path}, {size(path.stat().st_size)}, {count_of(found['batches'], 'batch', 'batches')}"


def _zone(settings: Settings) -> str:
    if holder(settings) or not settings.warehouse_path.exists():
        return f"{settings.reporting_timezone} by the settings"
    with open_warehouse(settings, read_only=True) as warehouse:
        rows = warehouse.query("select value from ops.settings where name = 'reporting_timezone'")
    require_zone(rows[0]["value"] if rows else None, settings)
    return (
        f"{settings.reporting_timezone}{', fixed by the first load' if rows else ', not fixed before the first load'}"
    )


def _copy(settings: Settings) -> str:
    link, copy = settings.serving / "current.duckdb", serving.current(settings)
    if copy is None:
        if link.is_symlink():
            raise StorageError(f"{link} leads to a file that is gone: `shopflow run` publishes another one")
        return "none yet; the first run publishes one"
    with translated(copy):
        connection = connect(settings, copy, spill=copy.with_name(f"{copy.name}.tmp"), read_only=True)
        try:
            counted = connection.execute("select count(*) from duckdb_tables() where schema_name = 'marts'").fetchone()
        finally:
            connection.close()
    return f"{copy}, {count_of(counted[0] if counted else 0, 'mart')}"

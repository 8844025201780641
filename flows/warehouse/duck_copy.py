"""The raw rows of one warehouse, copied into another one."""

from __future__ import annotations

from flows.records import RECORDS
from flows.settings import Settings
from flows.sources.sql import quoted
from flows.warehouse.duck_connect import connect
from flows.warehouse.duck_errors import translated


def copy_raw(source: Settings, target: Settings) -> int:
    """Add all rows of `raw` in the warehouse of `source` to that of `target`, whose tables are there; tells how many
    events. The source is only read.

    Raises WarehouseError where another process writes in it.
    """
    path = target.warehouse_path
    with translated(source.warehouse_path):
        connection = connect(target, path, spill=path.with_name(f"{path.name}.tmp"))
        try:
            connection.execute(f"attach {quoted(source.warehouse_path)} as source (read_only)")
            for table in RECORDS:
                connection.execute(f"insert into raw.{table} by name from source.raw.{table}")
            found = connection.execute("select count(*) from raw.events").fetchone()
        finally:
            connection.close()
    assert found is not None
    return int(found[0])

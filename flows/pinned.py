"""The settings that a home is bound to by its first load: asked before a run lands anything, not when it loads."""

from __future__ import annotations

from flows.errors import SettingsError
from flows.settings import Settings


def require_pinned(settings: Settings) -> None:
    """Raise SettingsError where the warehouse counts its days in another time zone than `settings.reporting_timezone`.

    What is validated under a wrong zone lies on wrong days in the lake. Raises WarehouseError for a target that this
    version lacks, and where the warehouse cannot be opened. Changes nothing. Nobody else may hold the warehouse.
    """
    from flows.warehouse import open_warehouse

    if settings.target == "duckdb" and not settings.warehouse_path.exists():
        return
    with open_warehouse(settings) as warehouse:
        pinned = [row["value"] for row in warehouse.query("from ops.settings where name = 'reporting_timezone'")]
    if pinned and pinned[0] != settings.reporting_timezone:
        raise SettingsError(
            f"SHOPFLOW_REPORTING_TIMEZONE is {settings.reporting_timezone}, but {settings.warehouse_path} has counted "
            f"in {pinned[0]} since its first load: set it to {pinned[0]}, or begin anew with another SHOPFLOW_HOME"
        )

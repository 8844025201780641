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
        pinned = [
            row["value"] for row in warehouse.query("select value from ops.settings where name = 'reporting_timezone'")
        ]
    require_zone(pinned[0] if pinned else None, settings)


def require_zone(pinned: str | None, settings: Settings) -> None:
    """Raise SettingsError where `pinned`, the time zone of the first load, is another one than that of the settings."""
    if pinned not in (None, settings.reporting_timezone):
        raise SettingsError(
            f"SHOPFLOW_REPORTING_TIMEZONE is {settings.reporting_timezone}, but {settings.warehouse_path} has counted "
            f"in {pinned} since its first load: set it to {pinned}, or begin anew with another SHOPFLOW_HOME"
        )

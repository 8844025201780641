"""The rows that both states of the models are built from, in a warehouse of their own."""

from __future__ import annotations

from flows.errors import DiffRefused
from flows.settings import Settings
from flows.warehouse import open_warehouse
from flows.warehouse.duck_copy import copy_raw

DAYS = 30


def demo_rows(settings: Settings, events: int) -> str:
    """Load a demo shop of so many events into the warehouse of `settings`; says what it is. The same rows each time."""
    from flows.generate import generate
    from flows.land import land
    from flows.load import load
    from flows.validate import validate

    shop = settings.home / "shop"
    generate(shop, events=events, days=DAYS)
    load(validate(land([shop], settings), settings), settings)
    return f"a demo shop of {events:,} events on {DAYS} days"


def require_rows(home: Settings) -> None:
    """Raise DiffRefused where a home has no warehouse whose rows can be read here."""
    if home.target != "duckdb":
        raise DiffRefused("the rows of a shop on BigQuery cannot be had here: leave --home out, for a demo shop")
    if not home.warehouse_path.exists():
        raise DiffRefused(f"nothing was loaded in {home.home} yet: leave --home out, for a demo shop")


def rows_of(home: Settings, settings: Settings) -> str:
    """Copy what `raw` of a home's warehouse holds into the warehouse of `settings`; says what it is.

    The home's file is opened to be read only, and only as long as that takes. Raises WarehouseError where a run holds
    it.
    """
    with open_warehouse(settings):
        pass  # which makes the tables
    rows = copy_raw(home, settings)
    return f"{rows:,} events of {home.home}"

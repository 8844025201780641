"""Is it Google that would be spoken to? Google's own libraries take an emulator's address from the environment, too."""

from __future__ import annotations

import os

from flows.errors import SettingsError
from flows.settings import Settings

STORAGE = "STORAGE_EMULATOR_HOST"


def notice(settings: Settings) -> str:
    """One sentence where an emulator answers in Google's place, else nothing."""
    if settings.target != "bigquery":
        return ""
    places = [f"BigQuery at {settings.bigquery_endpoint}"] if settings.bigquery_endpoint else []
    if storage := os.environ.get(STORAGE, ""):
        places.append(f"Cloud Storage at {storage}")
    if not places:
        return ""
    return f"This is an emulator and not Google's service: {', '.join(places)}. It bills nothing and grants everything."


def require_both(settings: Settings) -> None:
    """Raise SettingsError where one of the two services is an emulator and the other one is Google's."""
    storage = os.environ.get(STORAGE, "")
    if settings.is_in_bucket and bool(storage) != bool(settings.bigquery_endpoint):
        lacks = STORAGE if settings.bigquery_endpoint else "SHOPFLOW_BIGQUERY_ENDPOINT"
        has = "SHOPFLOW_BIGQUERY_ENDPOINT" if settings.bigquery_endpoint else STORAGE
        raise SettingsError(
            f"{has} names an emulator, but {lacks} is not set: the warehouse and its bucket would be in different "
            "places; set both, or neither"
        )

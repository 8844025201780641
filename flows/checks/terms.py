"""What a batch is judged by, beside the records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flows.receipts import Batch
from flows.settings import Settings


@dataclass(frozen=True)
class Terms:
    """The latest instant that is accepted, the zone that decides what a day is, the type of instants in the lake."""

    latest: datetime
    zone: ZoneInfo
    instant: str = "timestamp"


def terms_of(batch: Batch, settings: Settings) -> Terms:
    # BigQuery takes an instant in Parquet that does not say it is in UTC for a local time.
    instant = "timestamptz" if settings.target == "bigquery" else "timestamp"
    return Terms(batch.landed_at + timedelta(hours=settings.future_tolerance_hours), settings.zone, instant)

"""What a batch is judged by, beside the records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flows.receipts import Batch
from flows.settings import Settings


@dataclass(frozen=True)
class Terms:
    """The latest instant that is accepted, and the zone that decides what a day is."""

    latest: datetime
    zone: ZoneInfo


def terms_of(batch: Batch, settings: Settings) -> Terms:
    return Terms(batch.landed_at + timedelta(hours=settings.future_tolerance_hours), settings.zone)

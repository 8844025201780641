"""When people shop: the year, the week, the day, and the sales. Pure functions of the date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from flows.shop.columns import Array

BINS_PER_DAY = 96
BIN_MS = 86_400_000 // BINS_PER_DAY

_MONTHS = (0.92, 0.88, 0.95, 0.97, 1.0, 0.93, 0.88, 0.9, 0.98, 1.02, 1.12, 1.2)
_WEEKDAYS = (1.08, 1.03, 1.02, 1.0, 0.9, 0.86, 1.11)
# Visits per hour of the visitor's own clock: lunch and evening on working days, one long slope on weekends.
_WORKING_DAY = (9, 5, 3, 2, 2, 4, 12, 24, 36, 44, 48, 50, 58, 54, 48, 46, 48, 54, 64, 80, 94, 90, 62, 28)
_WEEKEND = (16, 9, 5, 3, 2, 3, 6, 14, 28, 48, 64, 72, 72, 70, 72, 74, 74, 72, 74, 84, 92, 86, 62, 34)


@dataclass(frozen=True)
class Sale:
    """A sale: how many more come, how much readier they are to buy, and percent off, by group of categories."""

    name: str
    traffic: float
    conversion: float
    percents: tuple[int, ...]


SALES = (
    Sale("black_friday", 1.3, 1.25, (20, 15, 30, 0, 25)),
    Sale("winter_sale", 1.15, 1.1, (30, 20, 0, 0, 10)),
    Sale("summer_sale", 1.15, 1.1, (0, 30, 20, 10, 0)),
)


def black_friday(year: int) -> date:
    """The day after the fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 22)


def sale_on(day: date) -> int | None:
    """The place in SALES of the sale that is on that day."""
    from_black_friday = (day - black_friday(day.year)).days
    if -4 <= from_black_friday <= 3:
        return 0
    if (day.month, day.day) >= (12, 27) or (day.month, day.day) <= (1, 10):
        return 1
    return 2 if day.month == 7 and day.day <= 14 else None


def traffic(day: date) -> float:
    """Visits of a day against the average day."""
    share = _MONTHS[day.month - 1] * _WEEKDAYS[day.weekday()]
    sale = sale_on(day)
    if sale is not None:
        share *= SALES[sale].traffic
    if (day - black_friday(day.year)).days in (0, 3):
        share *= 1.45
    if day.month == 12 and 23 <= day.day <= 26:
        share *= 0.55
    return share


def gift_season(day: date) -> float:
    """How many more people look for presents than usual."""
    if day.month == 12:
        return 3.0 if day.day <= 22 else 0.8
    return 1.6 if day.month == 11 and day.day >= 15 else 1.0


def hours(day: date, utc_offset: int) -> Array:
    """Weight of each quarter of an hour of that day in UTC, for people whose clock is `utc_offset` hours ahead."""
    curve = np.array(_WEEKEND if day.weekday() >= 5 else _WORKING_DAY, dtype=np.float64)
    return np.roll(np.repeat(curve, BINS_PER_DAY // 24), -utc_offset * (BINS_PER_DAY // 24))


def demand(category: str, day: date) -> float:
    """How much more a category is asked for on a day than over the year."""
    is_warm, is_cold = 4 <= day.month <= 8, day.month in (1, 2, 10, 11, 12)
    if category.startswith("garden."):
        return 2.2 if is_warm else 0.35
    if category.startswith(("kids.toys.", "pantry.sweets.")):
        return gift_season(day)
    if category.endswith((".heater", ".candles", ".loungewear", ".slippers", ".scarves", ".thermostat")):
        return 1.5 if is_cold else 0.5
    return 1.0

"""How many events each day has, and the pieces in which a shop's life is made: a day, or a part of a big one."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from flows.shop.season import BIN_MS, BINS_PER_DAY, hours, traffic

SLOT_EVENTS = 250_000


@dataclass(frozen=True)
class Slot:
    """Some quarters of an hour of one day. `share`: how much of all events from here to the end belongs to it."""

    day: int
    date: date
    midnight_ms: int
    first_bin: int
    end_bin: int
    share: float

    @property
    def end_ms(self) -> int:
        return self.midnight_ms + self.end_bin * BIN_MS

    @property
    def name(self) -> str:
        """When it starts, as a part of a file's name: `2025-11-01`, or `2025-11-01T1330` within a day."""
        minutes = self.first_bin * 24 * 60 // BINS_PER_DAY
        return f"{self.date}T{minutes // 60:02}{minutes % 60:02}" if self.first_bin else f"{self.date}"


def timetable(rng: np.random.Generator, events: int, days: int, start: date, start_ms: int) -> list[Slot]:
    """The slots of all days in order of time; the last one's share is 1."""
    dates = [start + timedelta(days=day) for day in range(days)]
    weights = np.array([traffic(day) for day in dates]) * np.exp(rng.normal(0, 0.05, days)) * 1.0014 ** np.arange(days)
    weights /= weights.sum()
    slots, left = [], 1.0
    for day, (when, weight) in enumerate(zip(dates, weights.tolist(), strict=True)):
        pieces = min(BINS_PER_DAY, max(1, math.ceil(weight * events / SLOT_EVENTS)))
        mass = np.cumsum(hours(when, 1))
        cuts = [0, *(int(np.searchsorted(mass, mass[-1] * k / pieces)) + 1 for k in range(1, pieces)), BINS_PER_DAY]
        for first, end in pairwise(cuts):
            if first < end:
                of_all = weight * float((mass[end - 1] - (mass[first - 1] if first else 0)) / mass[-1])
                slots.append(Slot(day, when, start_ms + day * 86_400_000, first, end, min(1.0, of_all / left)))
                left -= of_all
    return [*slots[:-1], replace(slots[-1], share=1.0)]

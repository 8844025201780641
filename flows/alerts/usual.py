"""Is a day's number out of its usual range? A plain robust rule, which one odd day of the past cannot blind.

    m = median of the same weekday's values, s = max(1.4826 * MAD, FLOOR * |m|, noise * |m|)
    unusual where |value - m| > LIMIT * s, or where nothing was sold on a day that usually sells

MAD is the median distance from m; 1.4826 * MAD is the standard deviation of what is normally distributed, and half of
the values can be anything without moving it far. It is 0 where most weeks were the same, so it has two floors: a tenth
of m, for no shop is that steady, and the noise of counting, for ten orders a day are seven or thirteen by chance alone.
A straight trend is never unusual, however steep: of eight weeks the ninth is 4.5 steps from m, and s is three steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median

WEEKS = 8
LEAST_WEEKS = 4  # fewer say nothing of what is usual
LEAST_ORDERS = 10  # a shop that sells less on such a day has days without an order by chance
LIMIT = 4.0  # of what is normally distributed, one value in 16,000 is further away
FLOOR = 0.1


@dataclass(frozen=True)
class Range:
    """What is usual: the median, and the lowest and highest value that raise no alarm."""

    typical: float
    lowest: float
    highest: float


def usual_range(history: Sequence[float], noise: float) -> Range:
    """The usual range by `history`, the same weekday's values; `noise` is the share of m that chance alone moves it by.

    >>> usual_range([100, 100, 100, 100], noise=0.05)
    Range(typical=100.0, lowest=60.0, highest=140.0)
    """
    typical = float(median(history))
    mad = median(abs(value - typical) for value in history)
    spread = max(1.4826 * mad, FLOOR * abs(typical), noise * abs(typical))
    return Range(typical, typical - LIMIT * spread, typical + LIMIT * spread)


def is_unusual(value: float, history: Sequence[float], usual: Range) -> bool:
    """Whether the value raises an alarm."""
    if not usual.lowest <= value <= usual.highest:
        return True
    # A shop whose days differ much would never hear that it has stopped selling.
    return value <= 0 < usual.typical and sum(past <= 0 for past in history) <= 1


def noise_of(orders: Sequence[float], *, is_money: bool = False) -> float | None:
    """How much chance moves a day's orders, as a share of them, or what they bring; None where they are too few.

    Counts of independent buyers vary by their square root; as what each brings varies by about its own mean, money
    varies by the root of twice the count.
    """
    usually = median(orders)
    return sqrt((2 if is_money else 1) / usually) if usually >= LEAST_ORDERS else None

"""From values to heights of a picture, and the round numbers beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, isfinite, log10
from typing import SupportsFloat

from dashboards.reader import written

Number = SupportsFloat | None


def finite(values: Sequence[Number]) -> list[float | None]:
    """The values as floats; None where there is none that could be drawn."""
    known = [None if value is None else float(value) for value in values]
    return [value if value is not None and isfinite(value) else None for value in known]


@dataclass(frozen=True)
class Scale:
    """From the lowest value, or zero, to the highest one, or zero, and a little further. Zero is never all of it."""

    low: float
    high: float
    is_whole: bool = False

    @classmethod
    def of(cls, values: Sequence[Number], beside: Scale | None = None) -> Scale:
        """With a scale `beside`, as much below zero as there: both have their zero at the same height."""
        known = [value for value in finite(values) if value is not None]
        low, high = min(0, 0, *known), max(0, 0, *known)
        if high < 1e-9:  # nothing above zero: a quarter of what is below it
            high = max(-low / 4, 1e-9) if low else 1.0
        if beside:
            low = high * beside.low / beside.high
        return cls(low * 1.05, high * 1.05, all(isinstance(value, int) for value in values if value is not None))

    def height(self, value: float) -> float:
        """In percent, from the bottom."""
        return 100 * (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """About five round values, from zero up and down.

        >>> Scale.of([0, 1234]).ticks()
        [0, 200, 400, 600, 800, 1000, 1200]
        """
        rough = (self.high - self.low) / 5
        power = 10.0 ** floor(log10(rough))
        times = next(times for times, least in ((10, 7.07), (5, 3.16), (2, 1.41), (1, 0)) if rough / power >= least)
        step = max(1, int(times * power)) if self.is_whole else times * power
        return [step * place for place in range(-floor(-self.low / step), floor(self.high / step) + 1)]


def short(value: float) -> str:
    """A tick's value, in thousands, millions and so on.

    >>> short(1500), short(2000000), short(0.25)
    ('1.5k', '2M', '0.25')
    """
    units = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
    size, unit = next((pair for pair in units if abs(value) >= pair[0]), (1, ""))
    return written(f"{value / size:.4g}{unit}")

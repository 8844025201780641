"""Periods of days, counted back from the last day that has data, never from today: old data can be looked at, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

EVERYTHING = "All"
CUSTOM = "Custom"
CHOICES: dict[str, int | None] = {
    "7 days": 7,
    "14 days": 14,
    "28 days": 28,
    "90 days": 90,
    "365 days": 365,
    EVERYTHING: None,
}

PREVIOUS, YEAR_BEFORE, NOTHING = "previous period", "a year before", "nothing"
COMPARISONS = (PREVIOUS, YEAR_BEFORE, NOTHING)


@dataclass(frozen=True)
class Period:
    """All days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def before(self) -> Period:
        """The period of the same length that ends the day before this one starts.

        >>> Period(date(2025, 11, 8), date(2025, 11, 14)).before().first
        datetime.date(2025, 11, 1)
        """
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1))

    def a_year_before(self) -> Period:
        """The same weekdays 52 weeks earlier: a Black Friday is held against a Friday.

        >>> Period(date(2025, 11, 8), date(2025, 11, 14)).a_year_before().first
        datetime.date(2024, 11, 9)
        """
        return Period(self.first - timedelta(weeks=52), self.last - timedelta(weeks=52))

    def __str__(self) -> str:
        first, last = self.first, self.last
        if first == last:
            return f"{last:%-d %B %Y}"
        same_month = (first.year, first.month) == (last.year, last.month)
        start = f"{first:%-d}" if same_month else f"{first:%-d %B}" if first.year == last.year else f"{first:%-d %B %Y}"
        return f"{start} – {last:%-d %B %Y}"


def chosen(choice: str, available: Period, custom: Sequence[date] = ()) -> Period:
    """The period that a choice of the page means, within the days that have data.

    `custom` are the first and the last day of a period of the reader's own; while one of them is missing, or where no
    such day has data, it is the one that the page opens on.
    """
    if choice == CUSTOM:
        if len(custom) != 2:
            return chosen(default(available), available)
        first, last = max(min(custom), available.first), min(max(custom), available.last)
        return Period(first, last) if first <= last else chosen(default(available), available)
    days = CHOICES[choice]
    if days is None or days >= available.days:
        return available
    return Period(available.last - timedelta(days=days - 1), available.last)


def compared(period: Period, comparison: str, available: Period) -> Period | None:
    """The days that a period is held against; None where that is nothing, or they are not all within the data."""
    if comparison == NOTHING:
        return None
    earlier = period.a_year_before() if comparison == YEAR_BEFORE else period.before()
    return earlier if earlier.first >= available.first else None


def offered(available: Period) -> list[str]:
    """The choices that differ: none that is as long as all the data."""
    choices = [choice for choice, days in CHOICES.items() if days is None or days < available.days]
    return [*choices, CUSTOM] if available.days > 1 else choices


def default(available: Period) -> str:
    """The longest choice up to four weeks whose previous period lies within the data; everything if there is none."""
    fitting = [name for name, days in CHOICES.items() if days is not None and days <= 28 and 2 * days <= available.days]
    return fitting[-1] if fitting else EVERYTHING

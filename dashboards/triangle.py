"""A triangle of cohorts: what each brought in its first week (or month) and in those after it, as far as they are over.

A week that is not over has no value yet: a zero, or half a number, would read as a fall.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate, takewhile

from dashboards.periods import Period
from dashboards.queries.cohorts import Cell

AT_LEAST = 12  # weeks or months: a triangle of fewer tells little


@dataclass(frozen=True)
class Cohort:
    """Its users, and its value for each week or month that is over, from its own on."""

    start: date
    size: int
    values: tuple[Decimal, ...]

    @property
    def so_far(self) -> Cohort:
        """The same with the values up to and including each."""
        return Cohort(self.start, self.size, tuple(accumulate(self.values)))


def starts(period: Period, unit: str) -> Period:
    """The days on which the cohorts of a period begin: from the week (or month) of its first day on, and never fewer
    than `AT_LEAST` of them.

    >>> starts(Period(date(2025, 12, 3), date(2025, 12, 31)), "month").first
    datetime.date(2025, 1, 1)
    """
    return Period(min(begin(period.first, unit), later(begin(period.last, unit), unit, 1 - AT_LEAST)), period.last)


def triangle(sizes: Mapping[date, int], cells: Sequence[Cell], unit: str, last: date) -> list[Cohort]:
    """The cohorts with their values up to the last day; where there is no cell of what is over, that is zero."""
    told = {(cell.start, cell.age): cell.value for cell in cells}
    return [
        Cohort(start, size, tuple(told.get((start, age), Decimal(0)) for age in range(ages_over(start, unit, last))))
        for start, size in sizes.items()
    ]


def means(cohorts: Sequence[Cohort]) -> list[Decimal]:
    """For each age, the value for a user of all cohorts that are as old: every user weighs the same."""
    found = []
    for age in range(max((len(cohort.values) for cohort in cohorts), default=0)):
        old_enough = [cohort for cohort in cohorts if len(cohort.values) > age]
        users = sum(cohort.size for cohort in old_enough)
        found.append(sum((cohort.values[age] for cohort in old_enough), Decimal(0)) / users)
    return found


def average(cohorts: Sequence[Cohort], first: int, below: int | None = None) -> Decimal | None:
    """What a user brought at the ages from `first` to below `below` (None: at all of them), of the cohorts that are as
    old; None where no cohort is.

    >>> average([Cohort(date(2025, 11, 3), 4, (Decimal(8), Decimal(2))), Cohort(date(2025, 11, 10), 1, ())], 0)
    Decimal('2.5')
    """
    old_enough = [cohort for cohort in cohorts if len(cohort.values) >= (below or first + 1)]
    users = sum(cohort.size for cohort in old_enough)
    return sum((sum(cohort.values[first:below]) for cohort in old_enough), Decimal(0)) / users if users else None


def begin(day: date, unit: str) -> date:
    """The first day of the week (a Monday) or the month that a day is in."""
    return day - timedelta(days=day.weekday()) if unit == "week" else day.replace(day=1)


def later(start: date, unit: str, number: int) -> date:
    """The first day of the week or the month so many after the one that begins on `start`.

    >>> later(date(2025, 11, 1), "month", 3)
    datetime.date(2026, 2, 1)
    """
    if unit == "week":
        return start + timedelta(weeks=number)
    years, month = divmod(start.month - 1 + number, 12)
    return date(start.year + years, month + 1, 1)


def ages_over(start: date, unit: str, last: date) -> int:
    """How many weeks or months, from the one that begins on `start` on, are over with the last day.

    >>> [ages_over(date(2025, 11, 3), "week", date(2025, 11, day)) for day in (8, 9, 15, 16)]
    [0, 1, 1, 2]
    """
    longest = (last - start).days // 7 + 1
    ends = (later(start, unit, number + 1) - timedelta(days=1) for number in range(longest))
    return sum(1 for _ in takewhile(lambda end: end <= last, ends))

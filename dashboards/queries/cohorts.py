"""What Cohorts asks: who was first seen in a week or a month, and what became of them in those that followed.

A cohort is of the whole shop. How many rows are read is decided by the days that are asked for, never by the history.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dashboards.periods import Period
from dashboards.published import Published, rows
from dashboards.queries import cached


@dataclass(frozen=True)
class Cell:
    """A cohort, by the first day of its week or month, so many weeks or months after it."""

    start: date
    age: int
    value: Decimal


@cached
def sizes(copy: Published, starts: Period, unit: str) -> dict[date, int]:
    """The users of each cohort that began on one of these days, oldest first. `unit` is `week` or `month`."""
    found = rows(
        copy,
        """
        select
            cohort_start_date as start,
            cohort_visitors as visitors
        from marts.fct_cohort_retention
        where period_type = @unit
            and cohort_start_date between @first and @last
            and periods_since = 0
        order by cohort_start_date
        """,
        unit=unit,
        first=starts.first,
        last=starts.last,
    )
    return {row["start"]: row["visitors"] for row in found}


@cached
def active(copy: Published, starts: Period, unit: str) -> list[Cell]:
    """How many of each of these cohorts were active, in every week or month from their own to that of the last day."""
    found = rows(
        copy,
        """
        select
            cohort_start_date as start,
            periods_since as age,
            active_visitors as value
        from marts.fct_cohort_retention
        where period_type = @unit
            and cohort_start_date between @first and @last
            and period_start_date <= @last
        order by cohort_start_date, periods_since
        """,
        unit=unit,
        first=starts.first,
        last=starts.last,
    )
    return [Cell(row["start"], row["age"], Decimal(row["value"])) for row in found]


@cached
def revenue(copy: Published, starts: Period, unit: str, currency: str | None) -> list[Cell]:
    """The net revenue in one currency that each of these cohorts brought up to that of the last day; weeks or months
    without any are left out. An age below zero is a refund that somebody else got before the buyer was first seen."""
    found = rows(
        copy,
        """
        select
            cohort_start_date as start,
            periods_since as age,
            net_amount as value
        from marts.fct_cohort_revenue
        where period_type = @unit
            and cohort_start_date between @first and @last
            and period_start_date <= @last
            and currency is not distinct from @currency
        order by cohort_start_date, periods_since
        """,
        unit=unit,
        first=starts.first,
        last=starts.last,
        currency=currency,
    )
    return [Cell(**row) for row in found]

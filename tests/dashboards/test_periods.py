"""Periods count back from the last day of data, and a comparison only uses days that have data."""

from datetime import date, timedelta

import pytest

from dashboards import periods
from dashboards.periods import Period

LAST = date(2025, 11, 30)


def data_of(days: int) -> Period:
    return Period(LAST - timedelta(days=days - 1), LAST)


def test_a_choice_counts_back_from_the_last_day_with_data() -> None:
    assert periods.chosen("7 days", data_of(30)) == Period(date(2025, 11, 24), LAST)
    assert periods.chosen("90 days", data_of(30)) == data_of(30)
    assert periods.chosen("All", data_of(30)) == data_of(30)


def test_the_period_before_is_as_long_and_ends_the_day_before() -> None:
    assert Period(date(2025, 11, 24), LAST).before() == Period(date(2025, 11, 17), date(2025, 11, 23))


def test_only_choices_that_differ_are_offered() -> None:
    assert periods.offered(data_of(1)) == ["All"]
    assert periods.offered(data_of(28)) == ["7 days", "14 days", "All", "Custom"]
    assert periods.offered(data_of(400)) == ["7 days", "14 days", "28 days", "90 days", "365 days", "All", "Custom"]


@pytest.mark.parametrize(
    ("days", "choice"), [(1, "All"), (13, "All"), (14, "7 days"), (30, "14 days"), (56, "28 days"), (400, "28 days")]
)
def test_the_page_opens_on_the_longest_period_that_can_be_compared(days: int, choice: str) -> None:
    assert periods.default(data_of(days)) == choice


@pytest.mark.parametrize(
    ("period", "text"),
    [
        (Period(LAST, LAST), "30 November 2025"),
        (Period(date(2025, 11, 3), LAST), "3 – 30 November 2025"),
        (Period(date(2025, 10, 3), LAST), "3 October – 30 November 2025"),
        (Period(date(2024, 10, 3), LAST), "3 October 2024 – 30 November 2025"),
    ],
)
def test_a_period_reads_like_a_date(period: Period, text: str) -> None:
    assert str(period) == text


def test_a_period_of_ones_own_is_held_within_the_data_whichever_end_is_named_first() -> None:
    assert periods.chosen("Custom", data_of(30), (date(2025, 11, 9), date(2025, 11, 3))) == Period(
        date(2025, 11, 3), date(2025, 11, 9)
    )
    assert periods.chosen("Custom", data_of(30), (date(2020, 1, 1), date(2025, 11, 9))).first == date(2025, 11, 1)


@pytest.mark.parametrize("custom", [(), (LAST,), (date(2020, 1, 1), date(2020, 2, 1))])
def test_a_period_of_ones_own_without_days_is_the_one_that_the_page_opens_on(custom: tuple[date, ...]) -> None:
    assert periods.chosen("Custom", data_of(30), custom) == periods.chosen("14 days", data_of(30))


def test_a_year_before_are_as_many_days_on_the_same_weekdays() -> None:
    period = Period(date(2025, 11, 24), LAST)
    before = period.a_year_before()
    assert before == Period(date(2024, 11, 25), date(2024, 12, 1))
    assert before.first.weekday() == period.first.weekday()


def test_nothing_is_compared_with_days_that_have_no_data() -> None:
    period = Period(date(2025, 11, 24), LAST)
    assert periods.compared(period, periods.PREVIOUS, data_of(14)) == period.before()
    assert periods.compared(period, periods.PREVIOUS, data_of(13)) is None
    assert periods.compared(period, periods.YEAR_BEFORE, data_of(365)) is None
    assert periods.compared(period, periods.YEAR_BEFORE, data_of(400)) == period.a_year_before()
    assert periods.compared(period, periods.NOTHING, data_of(400)) is None

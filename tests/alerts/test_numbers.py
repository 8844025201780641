"""Orders and revenue of the last full day, read off a published copy and held against the same weekday."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from flows.alerts.numbers import Day, days_to_compare, read_day, unusual_numbers
from flows.kpis import Kpis, Revenue
from flows.settings import Settings, load_settings

TUESDAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def kpis(first: date, last: date, currency: str | None = "EUR") -> Kpis:
    nothing = Decimal(0)
    revenue = (Revenue(currency, nothing, nothing, nothing, nothing),)
    return Kpis(first, last, 1, 1, 1, 1, revenue, (), {})


FIRST = TUESDAY - 20 * WEEK


@pytest.fixture
def day(publish: Callable[..., None], settings: Settings) -> Callable[..., Day | None]:
    def day(**sold: tuple[int, float]) -> Day | None:
        """The day where each week sold 20 orders for 1,000 EUR, but those of `sold`, such as `w1`, something else."""
        weeks = {TUESDAY - week * WEEK: sold.get(f"w{week}", (20, 1000.0)) for week in range(11)}
        publish({**weeks, TUESDAY + timedelta(days=1): (1, 1.0), TUESDAY - timedelta(days=1): (999, 9e6)})
        return read_day(kpis(FIRST, TUESDAY + timedelta(days=1)), settings, NOON)

    return day


def test_a_day_like_the_weeks_before_is_no_problem(day: Callable[..., Day]) -> None:
    found = day()
    assert found.day == TUESDAY, "yesterday: today is not over, whatever is loaded of it"
    assert [(number.name, number.value, number.history) for number in found.numbers] == [
        ("orders", 20, (20,) * 8),
        ("revenue", 1000, (1000,) * 8),
    ]
    assert list(unusual_numbers(found)) == []


def test_a_day_without_an_order_is_two_problems_one_for_each_number(day: Callable[..., Day]) -> None:
    orders, revenue = unusual_numbers(day(w0=(0, 0.0)))
    assert (orders.key, orders.severity, orders.state) == ("unusual_number:orders", "warn", "2026-11-24")
    assert orders.sentence == (
        "Orders of Tuesday 2026-11-24: 0. Usual for a Tuesday is 2 to 38; the median of the last 8 is 20"
    )
    assert revenue.sentence == (
        "Revenue of Tuesday 2026-11-24: 0 EUR. Usual for a Tuesday is 0 to 2,265; the median of the last 8 is 1,000"
    )


def test_one_odd_week_changes_nothing_of_it(day: Callable[..., Day]) -> None:
    assert len(list(unusual_numbers(day(w0=(0, 0.0), w3=(500, 90000.0))))) == 2


@pytest.mark.parametrize(
    ("first", "last", "now", "zone", "expected"),
    [
        (FIRST, TUESDAY + timedelta(days=1), NOON, "UTC", TUESDAY),
        (FIRST, TUESDAY - timedelta(days=1), NOON, "UTC", TUESDAY - timedelta(days=1)),
        # half past eleven in the evening of the 24th in UTC is the 25th in Paris, where the 24th is over
        (
            FIRST,
            TUESDAY + timedelta(days=1),
            datetime(2026, 11, 24, 23, 30, tzinfo=UTC),
            "UTC",
            TUESDAY - timedelta(days=1),
        ),
        (FIRST, TUESDAY + timedelta(days=1), datetime(2026, 11, 24, 23, 30, tzinfo=UTC), "Europe/Paris", TUESDAY),
        (TUESDAY - 4 * WEEK, TUESDAY, NOON, "UTC", None),
        (TUESDAY - 4 * WEEK - timedelta(days=1), TUESDAY, NOON, "UTC", TUESDAY),
        (None, None, NOON, "UTC", None),
    ],
)
def test_the_day_is_the_last_full_one_in_the_shops_zone_with_four_weeks_before_it(
    first: date, last: date, now: datetime, zone: str, expected: date | None
) -> None:
    days = days_to_compare(kpis(first, last), now, load_settings(reporting_timezone=zone))
    assert (days[0] if days else None) == expected
    assert {each.weekday() for each in days} <= {days[0].weekday() if days else 0}
    assert all(each > first for each in days[1:]), "the first day of all is not full"


def test_before_anything_was_published_there_is_no_day(settings: Settings) -> None:
    assert read_day(kpis(FIRST, TUESDAY), settings, NOON) is None

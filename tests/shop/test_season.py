"""The calendar of the shop."""

from datetime import date

import pytest

from flows.shop.season import SALES, black_friday, hours, sale_on, traffic


@pytest.mark.parametrize(("year", "day"), [(2023, 24), (2024, 29), (2025, 28), (2029, 23)])
def test_black_friday_is_the_day_after_the_fourth_thursday(year, day):
    assert black_friday(year) == date(year, 11, day)


def test_sales_begin_and_end():
    on = {day: sale_on(date(2025, 11, day)) for day in range(20, 31)}
    assert [day for day, sale in on.items() if sale is not None] == list(range(24, 31))
    assert SALES[on[28]].name == "black_friday"
    assert SALES[sale_on(date(2026, 1, 3))].name == "winter_sale"
    assert sale_on(date(2026, 3, 3)) is None


def test_black_friday_draws_more_than_any_other_day_of_the_year():
    days = [date.fromordinal(date(2025, 1, 1).toordinal() + k) for k in range(365)]
    assert max(days, key=traffic) in (date(2025, 11, 28), date(2025, 12, 1))


def test_the_evening_of_people_in_america_is_the_night_of_people_here():
    tuesday = date(2025, 11, 4)
    assert hours(tuesday, 1).argmax() // 4 == 19
    assert hours(tuesday, -6).argmax() // 4 == 2

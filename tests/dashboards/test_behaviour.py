"""The Behaviour page: its numbers are the marts' own, and the Overview's."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.periods import Period
from dashboards.queries import behaviour as queries
from dashboards.queries import overview
from dashboards.queries.sessions import sessions
from dashboards.view import Slice
from tests.dashboards.pages import bars, captions, charts, linked, tiles
from tests.dashboards.small_shop import TWO_WEEKS, Row, day, order
from tests.dashboards.test_queries import SLICES, busy

__all__ = ["busy"]
SECOND_WEEK = Period(day(8), day(14))


@pytest.mark.slow
def test_the_tiles_show_medians_of_what_is_waited_for_and_averages_of_sessions(publish) -> None:
    publish()
    assert tiles(linked("behaviour")) == {
        "Time to the first order": ("1 min", "0.0 %"),
        "Time to purchase": ("0 s", "-100.0 %"),
        "Time between orders": ("2 h", ""),
        "Session length": ("3 min 17 s", "+338.9 %"),
        "Events per session": ("5.00", "+42.9 %"),
        "Bounce rate": ("25.00 %", "-25.00 pp"),
    }


def test_each_distribution_says_its_median_and_how_many_there_are(publish) -> None:
    publish()
    page = linked("behaviour", category="home_and_kitchen")
    assert [caption for caption in captions(page) if "median" in caption] == [
        "Orders: 2 · median: 1 min",
        "Sessions: 2 · median: 0 s",
        "Orders: 1 · median: 2 h",
        "Sessions: 4 · median: 10 s – 30 s",
        "Sessions: 4 · median: 2",
    ]
    assert captions(page).count("all categories") == 6 + 5
    first_order, *_, depth = map(bars, charts(page))
    assert {told: count for told, count in first_order.items() if count} == {
        "under 10 min": 1,
        "7 days – 14 days": 1,
    }
    assert depth == {"1": 1, "2": 1, "5 – 9": 1, "10 – 19": 1}


@pytest.mark.slow
def test_a_period_without_anything_says_so(publish) -> None:
    publish()
    page = linked("behaviour", period="Custom", days="2025-11-03..2025-11-05")
    assert captions(page).count("Nothing of this in this period.") == 5
    assert {value for value, _ in tiles(page).values()} == {"–"}


def test_first_and_next_orders_are_the_overviews_orders_and_one_in_two_currencies_is_one(publish) -> None:
    copy = publish({**TWO_WEEKS, "fct_orders": [*TWO_WEEKS["fct_orders"], order("o3", 14, "7", currency="CHF")]})
    counted = 0
    for what in (queries.FIRST_ORDER, queries.NEXT_ORDER):
        ranges, _ = queries.durations(copy, SECOND_WEEK, Slice(), what)
        counted += sum(each.count for each in ranges)
    assert counted == overview.kpis(copy, SECOND_WEEK, "EUR").orders == 3


@pytest.mark.slow
@pytest.mark.parametrize("part", SLICES)
def test_the_distributions_add_up_to_the_overviews_sessions(part: Slice, busy: tuple[Path, list[Row]]) -> None:
    copy, _ = busy
    for period in (Period(day(1), day(30)), Period(day(12), day(25))):
        kpis = overview.kpis(copy, period, "EUR", part)
        told = sessions(copy, period, part)
        assert (told.sessions, told.converted) == (kpis.sessions, kpis.converted)
        for unit in ("seconds", "events"):
            assert sum(each.count for each in queries.session_ranges(copy, period, part, unit)) == kpis.sessions
        bought, _ = queries.durations(copy, period, part, queries.IN_SESSION)
        assert sum(each.count for each in bought) == kpis.converted


@given(st.lists(st.integers(0, 6), min_size=1))
def test_the_median_lies_in_the_range_of_the_one_in_the_middle(values: list[int]) -> None:
    assert queries.middle([values.count(value) for value in range(7)]) == sorted(values)[(len(values) - 1) // 2]


def test_without_anything_there_is_no_median() -> None:
    assert queries.middle([]) is queries.middle([0, 0]) is None

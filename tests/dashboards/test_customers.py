"""The Customers page: what was there, came and went is what is there; values add up to the Overview's revenue."""

from decimal import Decimal

import pytest

from dashboards.periods import Period
from dashboards.queries import behaviour, overview
from dashboards.queries import customers as queries
from dashboards.queries.customers import SEGMENTS, Values
from dashboards.view import Slice
from flows.settings import PROJECT
from tests.dashboards.pages import bars, captions, charts, linked, tables, tiles
from tests.dashboards.small_customers import segment
from tests.dashboards.small_shop import TWO_WEEKS, day

ALL, SECOND_WEEK = Period(day(1), day(14)), Period(day(8), day(14))
PERIODS = [ALL, SECOND_WEEK, Period(day(1), day(1)), Period(day(3), day(9)), Period(day(10), day(13))]


def test_the_tiles_show_the_customers_of_the_last_day_and_what_they_brought(publish) -> None:
    publish()
    assert tiles(linked("customers")) == {
        "Customers": ("3", "+200.0 %"),
        "New customers": ("2", "+100.0 %"),
        "Active customers": ("3", "+200.0 %"),
        "Lost customers": ("0", ""),
        "Lifetime value, EUR": ("60.00", "-33.3 %"),
        "Median value, EUR": ("50 – 100", ""),
    }


def test_segments_are_told_as_they_were_before_and_are_at_the_end_and_moves_by_their_number(publish) -> None:
    publish()
    page = linked("customers")
    segments, moves = tables(page)
    assert [row[:5] for row in segments if row[1:5] != ["0"] * 4] == [
        ["Regular", "0", "1", "0", "1"],
        ["New", "1", "1", "0", "2"],
    ]
    assert moves == [["First order", "New", "1"], ["First order", "Regular", "1"]]
    drawn, values = map(bars, charts(page))
    assert {segment: customers for segment, customers in drawn.items() if customers} == {"Regular": 1, "New": 2}
    assert values == {"20 – 50": 1, "50 – 100": 2}
    assert "Customers: 3 · together: 180.00 EUR" in captions(page)


@pytest.mark.slow
@pytest.mark.parametrize("period", PERIODS)
def test_who_was_there_and_came_and_did_not_go_is_there(publish, period: Period) -> None:
    told = queries.customers(publish(), period)
    for name in SEGMENTS:
        assert told.at_start.get(name, 0) + told.came(name) - told.went(name) == told.at_end.get(name, 0)
    assert sum(told.at_start.values()) + told.new == sum(told.at_end.values())


@pytest.mark.slow
@pytest.mark.parametrize("period", PERIODS)
def test_new_customers_are_those_who_placed_a_first_order(publish, period: Period) -> None:
    copy = publish()
    ranges, _ = behaviour.durations(copy, period, Slice(), behaviour.FIRST_ORDER)
    assert queries.customers(copy, period).new == sum(each.count for each in ranges)


@pytest.mark.slow
@pytest.mark.parametrize("currency", ["EUR", "GBP", None])
def test_values_grow_by_the_overviews_net_revenue_to_the_cent(publish, currency: str | None) -> None:
    copy = publish()

    def brought(on: int) -> Decimal:
        return sum((each.net for each in queries.values(copy, day(on), currency)), Decimal(0))

    for first, last in ((2, 14), (2, 9), (10, 13), (14, 14)):
        net = overview.kpis(copy, Period(day(first), day(last)), currency).net
        assert brought(last) - brought(first - 1) == net


def test_who_moved_and_came_back_is_in_two_moves(publish) -> None:
    rows = [segment(8, "best", "slipping"), segment(9, "slipping", "best"), segment(9, "lost", "lost", 4)]
    rows += [segment(8, "lost", "lost", 4), segment(10, "best", "best"), segment(10, "lost", "lost", 4)]
    told = queries.customers(publish({**TWO_WEEKS, "fct_customer_segments": rows}), Period(day(8), day(10)))
    assert told.moves == {("best", "slipping"): 1, ("slipping", "best"): 1}
    assert told.at_start == told.at_end == {"best": 1, "lost": 4}


def test_what_is_below_nothing_and_the_middle_of_two_are_told(publish) -> None:
    publish()
    page = linked("customers", currency="no currency")
    assert tiles(page)["Lifetime value"] == ("-3.00", "")
    assert tiles(page)["Median value"] == ("below 0", "")
    few = [Values(0, 10, 1, Decimal(5)), Values(10, 20, 1, Decimal(15))]
    assert queries.median(few) == few[0]
    assert queries.mean(few) == 10
    assert queries.median([]) is queries.mean([]) is None


def test_filters_that_customers_are_not_told_by_say_so_and_a_period_before_any_order_says_that(publish) -> None:
    publish()
    page = linked(
        "customers", device="mobile", category="home_and_kitchen", period="Custom", days="2025-11-01..2025-11-01"
    )
    assert captions(page).count("all devices, all categories") == 6 + 3
    nobody = "Nobody had ordered anything by the end of this period."
    assert captions(page).count(nobody) == 2
    assert "Nobody moved in this period." in captions(page)
    assert tiles(page)["Lifetime value, EUR"][0] == tiles(page)["Median value, EUR"][0] == "–"


def test_the_page_tells_segments_by_the_limits_that_the_models_divide_them_by() -> None:
    macro = (PROJECT / "transforms/macros/customer_segment.sql").read_text("utf-8")
    assert "[31, 91, 181]" in macro
    assert "\n    500\n" in macro
    assert set(SEGMENTS) == {word for word in SEGMENTS if f"'{word}'" in macro}
    told = " ".join(whom for _, whom in SEGMENTS.values())
    assert all(limit in told for limit in ("30 days", "31 to 90", "91 to 180", "than 180", "500 or more", "below 500"))

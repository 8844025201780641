"""The Funnel page: its numbers are the marts' own, and the Overview's."""

from datetime import date
from itertools import pairwise, product

import pytest

from dashboards.periods import Period
from dashboards.queries import funnel as queries
from dashboards.queries import overview
from dashboards.view import Slice
from tests.dashboards.pages import bars, captions, charts, linked, tables, tiles
from tests.dashboards.small_shop import TWO_WEEKS, day
from tests.dashboards.test_queries import SLICES, busy

__all__ = ["busy"]


def test_the_tiles_show_the_rate_of_each_step(publish) -> None:
    publish()
    assert tiles(linked("funnel")) == {
        "Sessions in the funnel": ("4", "+100.0 %"),
        "To a product": ("75.00 %", "+25.00 pp"),
        "To the cart": ("66.67 %", "-33.33 pp"),
        "To the checkout": ("50.00 %", "-50.00 pp"),
        "To the purchase": ("100.00 %", "0.00 pp"),
        "All steps": ("25.00 %", "-25.00 pp"),
    }


def test_each_step_says_how_many_came_went_on_and_ended(publish) -> None:
    publish()
    page = linked("funnel")
    steps, _ = tables(page)
    assert steps == [
        ["Sessions", "4", "100.00", "75.00", "1"],
        ["Saw a product", "3", "75.00", "66.67", "1"],
        ["Put it into the cart", "2", "50.00", "50.00", "1"],
        ["Went to the checkout", "1", "25.00", "100.00", "0"],
        ["Bought", "1", "25.00", "–", "–"],
    ]
    assert list(bars(charts(page)[0]).values()) == [4, 3, 2, 1, 1]


def test_it_says_what_a_step_counts_and_what_conversion_counts_besides(publish) -> None:
    publish()
    said = captions(linked("funnel"))
    assert any(caption.startswith("A step counts the sessions that also took all steps before") for caption in said)
    assert any(caption.startswith("Sessions that bought without") and ": 1." in caption for caption in said)


def test_in_order_a_step_counts_only_after_the_one_before(publish) -> None:
    publish()
    page = linked("funnel", order="In order")
    assert tiles(page) == {
        "Sessions in the funnel": ("4", "+100.0 %"),
        "To a product": ("75.00 %", "+25.00 pp"),
        "To the cart": ("66.67 %", "-33.33 pp"),
        "To the checkout": ("0.00 %", "-100.00 pp"),
        "To the purchase": ("–", ""),
        "All steps": ("0.00 %", "-50.00 pp"),
    }
    assert list(bars(charts(page)[0]).values()) == [4, 3, 2, 0, 0]
    said = captions(page)
    assert any("one after the other" in caption for caption in said)
    assert any(caption.startswith("Sessions that bought without") and ": 2." in caption for caption in said)


def test_a_user_counts_once_however_many_sessions_took_a_step(publish) -> None:
    """In the second week ann saw a product twice and bought once, bob used the cart, and cat took no step."""
    publish()
    page = linked("funnel", of="Users")
    assert tiles(page) == {
        "Active users": ("3", "+50.0 %"),
        "To a product": ("66.67 %", "+16.67 pp"),
        "To the cart": ("100.00 %", "0.00 pp"),
        "To the checkout": ("50.00 %", "-50.00 pp"),
        "To the purchase": ("100.00 %", "0.00 pp"),
        "All steps": ("33.33 %", "-16.67 pp"),
    }
    assert tables(page)[0][1] == ["Saw a product", "2", "66.67", "100.00", "0"]
    assert not any("bought without" in caption for caption in captions(page))
    assert any(caption.startswith("Each day by itself") for caption in captions(page))
    in_order = linked("funnel", of="Users", order="In order")
    assert list(bars(charts(in_order)[0]).values()) == [3, 2, 2, 0, 0]


def test_users_are_told_by_one_filter_and_not_by_category(publish) -> None:
    publish()
    page = linked("funnel", of="Users", device="mobile", country="DE", category="home_and_kitchen")
    assert list(bars(charts(page)[0]).values()) == [2, 1, 1, 1, 1]
    assert "all categories, all countries" in captions(page)
    by_channel = tables(linked("funnel", of="Users", split="Channel"))[1]
    assert by_channel == [
        ["direct", "3", "66.67", "100.00", "50.00", "100.00", "1", "33.33"],
        ["email", "1", "100.00", "0.00", "–", "–", "0", "0.00"],
    ]
    assert any(
        "not told by category" in caption for caption in captions(linked("funnel", of="Users", split="Category"))
    )


def test_a_period_too_long_for_users_says_so_and_sessions_go_on(publish) -> None:
    early = {"event_date": date(2025, 8, 1), "dau": 0, "sessions": 0}
    publish(TWO_WEEKS | {"fct_daily_engagement": [*TWO_WEEKS["fct_daily_engagement"], early]})
    page = linked("funnel", of="Users", period="All")
    assert [said.value for said in page.info] == [
        "Users can be told for up to 90 days, and this period has 106: choose a shorter one, or count sessions."
    ]
    assert tiles(page) == {}
    assert len(tiles(linked("funnel", period="All"))) == 6


@pytest.mark.slow
def test_it_can_be_divided_and_a_link_opens_it_divided(publish) -> None:
    publish()
    by_channel = tables(linked("funnel", split="Channel"))[1]
    assert by_channel == [
        ["direct", "3", "66.67", "100.00", "50.00", "100.00", "1", "33.33"],
        ["email", "1", "100.00", "0.00", "–", "–", "0", "0.00"],
    ]
    page = linked("funnel", split="Category")
    assert [row[:2] for row in tables(page)[1]] == [["home and kitchen", "3"], ["(none)", "1"]]
    assert any("do not add up" in caption for caption in captions(page))


def test_a_category_narrows_every_number(publish) -> None:
    publish()
    page = linked("funnel", category="home_and_kitchen")
    assert tiles(page)["Sessions in the funnel"][0] == "3"
    assert tables(page)[0][2] == ["Put it into the cart", "3", "100.00", "0.00", "3"]
    assert not any("all categories" in caption or "bought without" in caption for caption in captions(page))


@pytest.mark.slow
def test_a_period_without_sessions_says_so(publish) -> None:
    publish()
    page = linked("funnel", period="Custom", days="2025-11-03..2025-11-05")
    assert captions(page).count("No session began in this period.") == 4
    assert tiles(page)["All steps"] == ("–", "")


@pytest.mark.slow
@pytest.mark.parametrize("part", SLICES)
def test_the_funnels_sessions_are_the_overviews_however_they_are_divided(part: Slice, busy) -> None:
    copy, _ = busy
    for period, in_order in product((Period(day(1), day(30)), Period(day(12), day(25))), (False, True)):
        funnel = queries.funnel(copy, period, part, None, in_order)
        assert funnel.came == overview.kpis(copy, period, "EUR", part).sessions
        assert all(before >= after for before, after in pairwise(funnel.counts))
        divided = [queries.days(copy, period, part, None, in_order)]
        divided += [queries.split(copy, period, part, None, by, in_order) for by in ("device", "channel", "country")]
        for parts in divided:
            sums = tuple(map(sum, zip(*(each.counts for _, each in parts), strict=True))) or (0,) * 5
            assert sums == funnel.counts

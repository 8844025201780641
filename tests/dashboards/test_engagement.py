"""The Engagement page: its numbers are the marts' own, and the Overview's."""

from datetime import timedelta
from pathlib import Path

import pytest

from dashboards.periods import Period
from dashboards.queries import engagement as queries
from dashboards.queries import overview
from dashboards.queries.visitors import nearest, visitors, visitors_by_day, visitors_within
from dashboards.view import UNKNOWN, Slice
from tests.dashboards.pages import captions, charts, linked, tiles, told
from tests.dashboards.small_shop import Row, day
from tests.dashboards.test_queries import SLICES, busy

__all__ = ["busy"]


@pytest.mark.slow
def test_the_tiles_show_days_weeks_and_months_on_average_and_who_is_new(publish) -> None:
    publish()
    assert tiles(linked("engagement")) == {
        "Daily active users": ("0.6", "+100.0 %"),
        "Weekly active users": ("1.4", "-23.1 %"),
        "Monthly active users": ("2.1", "+15.4 %"),
        "Stickiness": ("26.67 %", "+11.28 pp"),
        "Active users": ("3", "+50.0 %"),
        "New users": ("1", "-50.0 %"),
        "Returning users": ("2", ""),
        "Sessions per user": ("1.33", "+33.3 %"),
    }


@pytest.mark.slow
def test_the_same_users_and_sessions_as_on_the_overview(publish) -> None:
    publish()
    here, there = linked("engagement"), linked("overview")
    assert tiles(here)["Active users"] == tiles(there)["Active users"]
    (cells,) = (told(chart).values() for chart in charts(here) if "heat" in chart)
    assert f"{sum(cell['Sessions in all'] for cell in cells):.0f}" == tiles(there)["Sessions"][0]


@pytest.mark.slow
def test_filters_that_visitors_cannot_be_told_by_are_said(publish) -> None:
    publish()
    page = linked("engagement", device="mobile", channel="direct")
    assert tiles(page)["Sessions per user"][0] == "1.50", "3 sessions of ann and cat on a mobile"
    assert captions(page).count("all devices, all channels") == 3, "new and returning users, and their chart"
    assert captions(page).count("all channels") == 8, "what is told by device"


@pytest.mark.slow
def test_the_busiest_hour_is_told_on_the_average_of_such_days(publish) -> None:
    publish()
    page = linked("engagement", period="All", category="home_and_kitchen")
    (said,) = (caption for caption in captions(page) if caption.startswith("Most sessions"))
    assert said.startswith("Most sessions begin on Fridays from 20:00 to 20:59 of the shop's clock: 1.0 on average.")


def test_a_period_without_anybody_says_so(publish) -> None:
    publish()
    page = linked("engagement", period="Custom", days="2025-11-03..2025-11-05")
    assert captions(page).count("Nobody was active in this period.") == 2
    assert "No session began in this period." in captions(page)
    assert tiles(page)["Sessions per user"] == ("–", "")


@pytest.mark.slow
@pytest.mark.parametrize("part", [Slice(), Slice(device="mobile"), Slice(channel="email"), Slice(country=UNKNOWN)])
@pytest.mark.parametrize("length", [1, 7, 30])
def test_users_of_the_days_up_to_each_day_are_those_of_that_period(length: int, part: Slice, busy) -> None:
    copy, _ = busy
    for first, last in ((1, 30), (9, 9)):
        period = Period(day(first), day(last))
        within = visitors_within(copy, period, part, length)
        assert len(within) == period.days
        for number in {first, (first + last) // 2, last}:
            window = Period(day(number) - timedelta(days=length - 1), day(number))
            assert within[f"{day(number)}"] == visitors(copy, window, part)
        if length == 1:
            assert {on: count for on, count in within.items() if count} == visitors_by_day(copy, period, part)


@pytest.mark.slow
@pytest.mark.parametrize("part", SLICES)
def test_the_hours_of_the_week_add_up_to_the_overviews_sessions(part: Slice, busy) -> None:
    copy, _ = busy
    for period in (Period(day(1), day(30)), Period(day(7), day(7)), Period(day(12), day(25))):
        hours, kpis = queries.hours(copy, period, part), overview.kpis(copy, period, "EUR", part)
        assert len(hours) == 7 * 24
        assert sum(hour["sessions"] for hour in hours) == kpis.sessions
        assert sum(hour["converted"] for hour in hours) == kpis.converted


@pytest.mark.slow
@pytest.mark.parametrize("part", SLICES)
def test_sessions_per_user_are_of_the_same_slice(part: Slice, busy: tuple[Path, list[Row]]) -> None:
    copy, sessions = busy
    told, period = nearest(part), Period(day(5), day(24))
    column = {"device": "device_type"}.get(told.slice, told.slice)
    inside = [
        visit
        for visit in sessions
        if period.first <= visit["session_date"] <= period.last
        and (told.slice == "all" or (visit[column] or UNKNOWN) == told.value)
    ]
    found = queries.engagement(copy, period, part)
    assert found.visitors
    assert found.sessions_per_visitor
    assert found.sessions_per_visitor * found.visitors == pytest.approx(len(inside))

"""The Cohorts page: its cells are parts of the Overview's numbers, and what is not over is no zero."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from dashboards.periods import Period
from dashboards.queries import cohorts as queries
from dashboards.queries import overview
from dashboards.queries.cohorts import Cell
from dashboards.queries.visitors import visitors
from dashboards.triangle import AT_LEAST, Cohort, ages_over, average, begin, later, means, starts, triangle
from dashboards.view import Slice
from flows.settings import load_settings
from tests.dashboards.conftest import publish_to
from tests.dashboards.pages import captions, charts, linked, tables, tiles, told
from tests.dashboards.small_cohorts import cohorts
from tests.dashboards.small_shop import TWO_WEEKS, day, revenue, session, visits

UNITS = ("week", "month")
BEGIN = date(2025, 6, 4)
DAYS = [BEGIN + timedelta(days=number) for number in range(150)]
ALL = Period(DAYS[0], DAYS[-1])


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of five months of a shop, whose buyers buy and pay back in two currencies and in none."""
    some = Random(9)
    seen = sorted({(f"a:{some.randrange(80)}", some.choice(DAYS)) for _ in range(700)} | {("a:0", on) for on in DAYS})
    paid = [
        (*some.choice(seen), some.choice(["EUR", "EUR", "GBP", None]), Decimal(some.randint(-500_000, 900_000)) / 10**4)
        for _ in range(400)
    ]
    last_new = max(seen, key=lambda one: min(on for visitor, on in seen if visitor == one[0]))[0]
    paid.append((last_new, DAYS[0], "EUR", Decimal("-7.0001")))  # somebody else got it, before that visitor was seen
    first: set[str] = set()
    days = []
    for on in DAYS:
        new = {visitor for visitor, active in seen if active == on} - first
        days.append({"event_date": on, "dau": 1, "sessions": 1, "new_visitors": len(new)})
        first |= new
    sessions = [session(visitor, 1, None, "direct", None) | {"session_date": on} for visitor, on in seen]
    sold = [
        revenue("p1", 1, 1, f"{net}", currency) | {"event_date": on, "country": visitor}
        for visitor, on, currency, net in paid
    ]
    tables = {"fct_daily_engagement": days, **visits(sessions), "fct_revenue": sold, **cohorts(seen, paid)}
    return publish_to(load_settings(home=tmp_path_factory.mktemp("old")), tables)


@pytest.mark.parametrize("unit", UNITS)
def test_the_cells_of_all_cohorts_add_up_to_the_overviews_revenue(unit: str, old: Path) -> None:
    for currency in ("EUR", "GBP", None):
        cells = queries.revenue(old, starts(ALL, unit), unit, currency)
        assert sum(cell.value for cell in cells) == overview.kpis(old, ALL, currency).net
    assert min(cell.age for cell in queries.revenue(old, starts(ALL, unit), unit, "EUR")) < 0


@pytest.mark.slow
@pytest.mark.parametrize("unit", UNITS)
def test_the_users_of_all_cohorts_are_the_overviews_in_every_week_and_month(unit: str, old: Path) -> None:
    begun = starts(ALL, unit)
    sizes, cells = queries.sizes(old, begun, unit), queries.active(old, begun, unit)
    assert sum(sizes.values()) == visitors(old, ALL, Slice())
    by_period: dict[date, int] = {}
    for cell in cells:
        at = later(cell.start, unit, cell.age)
        by_period[at] = by_period.get(at, 0) + int(cell.value)
    for at, active in by_period.items():
        days = Period(max(at, ALL.first), min(later(at, unit, 1) - timedelta(days=1), ALL.last))
        assert active == visitors(old, days, Slice()) == overview.kpis(old, days, "EUR").visitors


@pytest.mark.parametrize("unit", UNITS)
def test_nothing_is_read_beyond_the_days_that_are_asked_for(unit: str, old: Path) -> None:
    period = Period(DAYS[100], DAYS[120])
    begun = starts(period, unit)
    for cells in (queries.active(old, begun, unit), queries.revenue(old, begun, unit, "EUR")):
        assert cells
        assert all(begun.first <= cell.start and later(cell.start, unit, cell.age) <= period.last for cell in cells)
    assert later(begun.first, unit, AT_LEAST - 1) <= period.last < later(begun.first, unit, AT_LEAST)


def test_what_is_not_over_has_no_value_and_what_nobody_did_is_zero() -> None:
    monday = date(2025, 11, 3)
    sizes = {monday: 4, monday + timedelta(weeks=1): 2, monday + timedelta(weeks=2): 5}
    cells = [Cell(start, age, Decimal(1)) for start in sizes for age in (0, 2)]
    found = triangle(sizes, cells, "week", monday + timedelta(weeks=3, days=-2))
    assert [cohort.values for cohort in found] == [(1, 0), (1,), ()]
    assert means(found) == [Decimal(2) / 6, 0]
    assert found[0].so_far == Cohort(monday, 4, (Decimal(1), Decimal(1)))


def test_every_user_weighs_the_same_and_only_cohorts_that_are_as_old_count() -> None:
    found = [Cohort(day(3), 10, (Decimal(10), Decimal(5))), Cohort(day(10), 90, (Decimal(0),))]
    assert means(found) == [Decimal("0.1"), Decimal("0.5")]
    assert average(found, 0, 1) == Decimal("0.1")
    assert average(found, 1, 2) == Decimal("0.5")
    assert average(found, 0) == Decimal("0.15")
    assert average(found, 2, 3) is None
    assert means([]) == means([Cohort(day(3), 1, ())]) == []


@pytest.mark.parametrize("unit", UNITS)
def test_a_week_or_month_is_over_with_its_last_day(unit: str) -> None:
    for on in DAYS:
        start = begin(on, unit)
        assert start <= on < later(start, unit, 1)
        for ages in (1, 2, 6):
            end = later(start, unit, ages) - timedelta(days=1)
            assert (ages_over(start, unit, end - timedelta(days=1)), ages_over(start, unit, end)) == (ages - 1, ages)


@pytest.mark.slow
def test_the_page_shows_the_weeks_that_are_over(publish) -> None:
    publish()
    page = linked("cohorts")
    assert {name: value for name, (value, _) in tiles(page).items()} == {
        "Users in cohorts": "3",
        "Back in the next one": "50.00 %",
        "Per user at first, EUR": "45.00",
        "Per user so far, EUR": "45.00",
    }
    users, money = tables(page)
    assert users == [["2", "100.0", "50.0"], ["1", "", ""], ["3", "100.0", "50.0"]]
    assert money == [["2", "90", "0"], ["1", "", ""], ["3", "90", "0"]]
    of_users, of_money = map(told, charts(page))
    first = "27\xa0Oct\xa02025"
    assert of_users == {"Weeks since the first visit: 1": {first: 50.0, "All shown": 50.0}}
    assert list(of_money.values()) == [{first: 45.0, "All shown": 45.0}] * 2
    assert any(caption.endswith("in the first week of all.") for caption in captions(page))


@pytest.mark.slow
def test_without_a_month_that_is_over_it_says_so(publish) -> None:
    publish()
    page = linked("cohorts", cohort="Month")
    assert captions(page).count("No month is over yet.") == 2
    assert [value for value, _ in tiles(page).values()] == ["3", "–", "–", "–"]


@pytest.mark.slow
def test_it_says_that_filters_do_not_apply_but_for_the_currency(publish) -> None:
    publish()
    page = linked("cohorts", device="mobile", category="home_and_kitchen", currency="GBP")
    assert captions(page).count("all devices, all categories") == 4 + 2
    assert tables(page)[1][0] == ["2", "0", "0"]


def test_refunds_from_before_a_buyer_was_seen_are_told_and_the_files_have_the_days(publish, monkeypatch) -> None:
    offered = {}
    monkeypatch.setattr("dashboards.downloads.offer", lambda rows, name, view: offered.update({name: rows}))
    early = {"period_type": "week", "cohort_start_date": date(2025, 11, 10), "periods_since": -1, "currency": "EUR"}
    early |= {"period_start_date": date(2025, 11, 3), "net_amount": Decimal("-4.5")}
    publish({**TWO_WEEKS, "fct_cohort_revenue": [*TWO_WEEKS["fct_cohort_revenue"], early]})
    said = captions(linked("cohorts"))
    assert "Not shown: -4.50, paid back to others before the buyers were first seen." in said
    assert offered["cohort_revenue_by_week"]() == [
        {"Cohort": date(2025, 10, 27), "Users": 2, "Weeks since": age, "Begins": begins, "Net revenue, EUR": net}
        for age, begins, net in ((0, date(2025, 10, 27), 90), (1, day(3), 0))
    ]
    assert [row["Active users"] for row in offered["retention_by_week"]()] == [2, 1]

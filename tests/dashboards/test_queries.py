"""What the dashboards ask of a serving copy, and what they say when there is none."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

import duckdb
import pytest

from dashboards.periods import Period
from dashboards.published import NothingToShow, current_copy, one_connection
from dashboards.queries import overview as queries
from dashboards.queries.overview import Kpis
from dashboards.queries.shop import Options, options, shop
from dashboards.queries.visitors import nearest, visitors, visitors_by_day
from dashboards.view import UNKNOWN, Slice
from flows.kpis import Category, read_kpis
from flows.settings import load_settings
from tests.dashboards.conftest import publish_to
from tests.dashboards.small_shop import Row, session, visits

NO_DAY = {"visitors": 0, "sessions": 0, "converted": 0, "orders": 0, "net": 0.0, "average": 0.0, "rate": 0.0}


def day(number: int) -> date:
    return date(2025, 11, number)


def test_a_copy_says_its_days_its_currencies_by_orders_its_zone_and_its_age(publish) -> None:
    about = shop(publish())
    assert about.days == Period(day(1), day(14))
    assert about.currencies == ("EUR", "GBP", None), "a refund without a currency is seen, too"
    assert about.zone == "Europe/Berlin"
    assert about.published_at == datetime(2025, 12, 1, 6, 30, tzinfo=UTC)


def test_the_numbers_of_a_period_are_those_of_its_days_and_its_currency(publish) -> None:
    copy = publish()
    assert queries.kpis(copy, Period(day(8), day(14)), "EUR") == Kpis(
        visitors=3, sessions=4, converted=2, orders=3, net=Decimal("89.9950"), average=Decimal(50)
    )
    assert queries.kpis(copy, Period(day(8), day(14)), "GBP") == Kpis(
        visitors=3, sessions=4, converted=2, orders=3, net=Decimal(5), average=Decimal(5)
    )


def test_refunds_of_a_currency_without_a_sale_are_offered_last(publish) -> None:
    """Regression: only currencies with an order were offered; what was paid back in another was nowhere to be seen."""
    days = [{"event_date": day(1), "dau": 1, "sessions": 1}]
    sold = {"order_key": "o1", "order_date": day(1), "currency": "GBP", "purchase_lines": 1}
    sold |= {"gross_amount": 5, "discount_amount": 0}
    nets = {"CHF": -7, "GBP": 5, None: -3}
    revenue = [{"event_date": day(1), "product_id": "p1", "currency": c, "net_amount": net} for c, net in nets.items()]
    copy = publish({"fct_daily_engagement": days, "fct_orders": [sold], "fct_revenue": revenue})
    assert shop(copy).currencies == ("GBP", "CHF", None)
    assert {c: queries.kpis(copy, Period(day(1), day(1)), c).net for c in nets} == nets


def test_a_period_without_anything_is_zero_and_has_no_average(publish) -> None:
    assert queries.kpis(publish(), Period(day(3), day(7)), "EUR") == queries.NOTHING


def test_days_without_an_event_are_there_as_zero(publish) -> None:
    days = queries.days(publish(), Period(day(1), day(14)), "EUR")
    assert [row["date"][:10] for row in days] == [f"2025-11-{number:02}" for number in range(1, 15)]
    assert days[2] == NO_DAY | {"date": "2025-11-03T00:00:00"}
    assert days[13] == NO_DAY | {
        "date": "2025-11-14T00:00:00",
        "visitors": 2,
        "sessions": 2,
        "converted": 1,
        "orders": 2,
        "net": 29.995,
        "average": 40.0,
        "rate": 50.0,
    }


def test_the_days_add_up_to_the_tiles(publish) -> None:
    copy = publish()
    days, tiles = queries.days(copy, Period(day(1), day(14)), "EUR"), queries.kpis(copy, Period(day(1), day(14)), "EUR")
    assert sum(row["sessions"] for row in days) == tiles.sessions
    assert sum(row["orders"] for row in days) == tiles.orders
    assert sum(Decimal(str(row["net"])) for row in days) == tiles.net


def test_categories_and_products_are_ordered_by_net_revenue_and_add_up_to_it(publish) -> None:
    copy = publish()
    assert queries.categories(copy, Period(day(8), day(14)), "EUR") == [
        {"category": "home and kitchen", "net": 49.995},
        {"category": "no category", "net": 40.0},
    ]
    assert queries.products(copy, Period(day(8), day(14)), "EUR") == [
        {"Product": "Kettle", "Units": 2, "Net revenue": Decimal("49.9950")},
        {"Product": "product p2", "Units": 1, "Net revenue": Decimal(40)},
    ]


def test_a_new_copy_is_current_at_the_next_question_and_the_old_one_stays_readable(publish) -> None:
    first = publish()
    assert current_copy(load_settings()) == first
    second = publish({})
    assert current_copy(load_settings()) == second != first
    assert queries.kpis(first, Period(day(1), day(1)), "EUR").sessions == 1


def test_no_copy_is_held_open_after_a_question(publish) -> None:
    copy = publish()
    shop(copy)
    handles = [handle for handle in Path("/proc/self/fd").iterdir() if handle.is_symlink()]
    held = {handle.readlink() for handle in handles if handle.exists()}
    assert copy not in held


def test_without_a_copy_it_says_how_to_make_one(home: Path) -> None:
    with pytest.raises(NothingToShow, match=r"`make run`") as said:
        current_copy(load_settings())
    assert str(home / "serving") in str(said.value)


def test_a_copy_without_events_says_so(publish) -> None:
    with pytest.raises(NothingToShow, match="no event"):
        shop(publish({}))


def test_a_file_that_is_no_copy_gives_one_sentence(home: Path) -> None:
    broken = home / "marts-000001-20251201T063000Z.duckdb"
    home.mkdir()
    broken.write_bytes(b"not a database" * 1000)
    with pytest.raises(NothingToShow, match=r"marts-000001.* cannot be read") as said:
        shop(broken)
    assert "\n" not in str(said.value)


def test_the_dashboard_and_the_end_of_a_run_say_the_same_numbers(publish) -> None:
    copy = publish()
    said, shown = read_kpis(load_settings()), queries.kpis(copy, Period(day(1), day(14)), "EUR")
    assert said is not None
    assert (shown.visitors, shown.sessions, shown.converted, shown.orders, shown.net) == (
        said.visitors,
        said.sessions,
        said.converted_sessions,
        said.orders,
        next(revenue.net_amount for revenue in said.revenue if revenue.currency == "EUR"),
    )


@pytest.mark.parametrize("main", ["EUR", None])
def test_the_end_of_a_run_ranks_the_categories_of_the_currency_with_the_most_orders(publish, main: str | None) -> None:
    """Regression: 1,000 JPY stood above 900 EUR. Five lines of one order do not make its currency the main one."""
    bought = {"order_date": day(1), "purchase_lines": 1, "gross_amount": 1, "discount_amount": 0}
    orders = {"o1": main, "o2": main, "o3": "JPY"}
    nets = [("p1", main, 900, 2), ("p2", main, 950, 2), ("p1", "JPY", 1000, 5), ("p1", "CHF", -5, 0)]
    copy = publish(
        {
            "dim_products": [{"product_id": f"p{number}", "category_level_1": f"c{number}"} for number in (1, 2)],
            "fct_daily_engagement": [{"event_date": day(1), "dau": 1, "sessions": 1}],
            "fct_orders": [{"order_key": key, "currency": currency, **bought} for key, currency in orders.items()],
            "fct_revenue": [
                {"event_date": day(1), "product_id": product, "currency": currency, "net_amount": net}
                | {"gross_amount": 1, "discount_amount": 0, "refund_amount": 0, "purchase_lines": lines}
                for product, currency, net, lines in nets
            ],
        }
    )
    said = read_kpis(load_settings())
    assert said is not None
    assert tuple(revenue.currency for revenue in said.revenue) == shop(copy).currencies == (main, "JPY", "CHF")
    assert said.categories == (Category("c2", main, Decimal(950)), Category("c1", main, Decimal(900)))


SLICES = [
    Slice(device, channel, country)
    for device in (None, "mobile", UNKNOWN)
    for channel in (None, "direct")
    for country in (None, "DE")
]


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Row]]:
    """A copy of a month in which visitors come back by other ways and devices, and its sessions."""
    some = Random(6)
    sessions = [
        session(
            f"a:{some.randrange(40)}",
            some.randint(1, 30),
            some.choice(["mobile", "desktop", None]),
            some.choice(["direct", "email", "search"]),
            some.choice(["DE", "FR", None]),
            purchases=some.randrange(2),
            hour=some.randrange(24),
            seconds=some.randrange(5000),
            events=some.randint(1, 60),
            steps=some.randrange(5),
        )
        for _ in range(300)
    ]
    days = [{"event_date": day(number), "dau": 1, "sessions": 1} for number in range(1, 31)]
    settings = load_settings(home=tmp_path_factory.mktemp("busy"))
    return publish_to(settings, {"fct_daily_engagement": days, **visits(sessions)}), sessions


def told(of: Row, column: str) -> str:
    return of[column] or UNKNOWN


@pytest.mark.slow
@pytest.mark.parametrize("part", SLICES)
def test_sessions_are_those_of_the_slice_and_the_days_add_up_to_them(part: Slice, busy) -> None:
    copy, sessions = busy
    inside = [
        visit
        for visit in sessions
        if part.device in (None, told(visit, "device_type"))
        and part.channel in (None, told(visit, "channel"))
        and part.country in (None, told(visit, "country"))
    ]
    for period in (Period(day(1), day(30)), Period(day(7), day(7)), Period(day(12), day(25))):
        counted = [visit for visit in inside if period.first <= visit["session_date"] <= period.last]
        tiles, days = queries.kpis(copy, period, "EUR", part), queries.days(copy, period, "EUR", part)
        assert tiles.sessions == len(counted) == sum(row["sessions"] for row in days)
        assert tiles.converted == sum(v["is_converted"] for v in counted) == sum(row["converted"] for row in days)


@pytest.mark.slow
@pytest.mark.parametrize("part", [Slice(), Slice(device="mobile"), Slice(channel="email"), Slice(country=UNKNOWN)])
def test_different_visitors_of_any_period_are_counted_once(part: Slice, busy) -> None:
    copy, sessions = busy
    kind = nearest(part)
    column = {"all": None, "device": "device_type", "channel": "channel", "country": "country"}[kind.slice]
    for first, last in ((1, 30), (1, 1), (7, 13), (30, 30), (12, 30), (3, 29)):
        inside = {
            visit["visitor_id"]
            for visit in sessions
            if day(first) <= visit["session_date"] <= day(last) and (not column or told(visit, column) == kind.value)
        }
        assert visitors(copy, Period(day(first), day(last)), part) == len(inside)
        daily = visitors_by_day(copy, Period(day(first), day(last)), part)
        assert set(daily) <= {f"{day(number)}" for number in range(first, last + 1)}


def test_visitors_of_more_days_than_can_be_told_apart_are_told_only_from_the_beginning(publish) -> None:
    days = [
        {"event_date": date(year, 1, 1), "dau": 2, "sessions": 2, "new_visitors": new}
        for year, new in ((2023, 2), (2024, 1), (2025, 0))
    ]
    copy = publish({"fct_daily_engagement": days})
    assert visitors(copy, Period(date(2023, 1, 1), date(2025, 1, 1)), Slice()) == 3
    assert visitors(copy, Period(date(2023, 1, 1), date(2024, 12, 1)), Slice()) == 3
    assert visitors(copy, Period(date(2023, 1, 2), date(2025, 1, 1)), Slice()) is None
    assert visitors(copy, Period(date(2025, 1, 1), date(2025, 4, 1)), Slice(device="mobile")) is None


def test_filters_offer_what_there_is_most_sessions_first(publish) -> None:
    assert options(publish()) == Options(
        devices=("mobile", "desktop"),
        channels=("direct", "email"),
        countries=("DE", "FR", UNKNOWN),
        categories=("home_and_kitchen", "(none)"),
    )


def test_questions_of_a_block_share_a_connection_that_is_closed_with_it(publish) -> None:
    copy = publish()
    with one_connection() as opened:
        shop(copy)
        queries.kpis(copy, Period(day(1), day(2)), "EUR")
        (connection,) = opened.values()
        with one_connection() as inner:
            assert inner is opened
        connection.execute("select 1")
    with pytest.raises(duckdb.ConnectionException):
        connection.execute("select 1")

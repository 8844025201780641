"""Active visitors, counted without a row per visitor and day, against counting them one by one."""

import random
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

START = date(2025, 11, 1)


def seen(visitor, *days):
    return [{"anonymous_id": visitor, "event_timestamp": f"{START + timedelta(days=day)} 10:00:00"} for day in days]


def one_by_one(events):
    """(date, dau, wau, mau, new) of every day from the first to the last, the slow way."""
    days = {(event["anonymous_id"], date.fromisoformat(event["event_timestamp"][:10])) for event in events}
    first, last = min(day for _, day in days), max(day for _, day in days)
    rows = []
    for day in (first + timedelta(days=step) for step in range((last - first).days + 1)):
        within = [len({who for who, when in days if 0 <= (day - when).days < length}) for length in (1, 7, 30)]
        before = {who for who, when in days if when < day}
        rows.append((day, *within, len({who for who, when in days if when == day} - before)))
    return rows


@pytest.mark.parametrize("seed", range(5))
def test_active_visitors_are_what_counting_one_by_one_gives(warehouse, seed):
    chance = random.Random(seed)
    events = [
        event for visitor in range(12) for event in seen(str(visitor), *chance.sample(range(90), chance.randint(1, 9)))
    ]
    world = warehouse(events=events)
    found = world.rows("fct_daily_engagement", "event_date", "dau", "wau", "mau", "new_visitors")
    assert found == one_by_one(events)
    assert world.failures("active_visitors_add_up") == []


def test_a_day_without_an_event_is_a_row_of_zeros_without_rates(warehouse):
    world = warehouse(events=seen("ann", 0, 2))
    assert world.rows(
        "fct_daily_engagement", "event_date", "dau", "wau", "sessions", "bounce_rate", "stickiness_share"
    ) == [
        (date(2025, 11, 1), 1, 1, 1, Decimal(1), Decimal(1)),
        (date(2025, 11, 2), 0, 1, 0, None, Decimal(0)),
        (date(2025, 11, 3), 1, 1, 1, Decimal(1), Decimal(1)),
    ]


def test_a_session_counts_on_the_day_it_began_and_its_events_on_their_own(warehouse):
    moments = ("2025-11-01 23:50:00", "2025-11-02 00:00:00", "2025-11-02 00:10:30")
    world = warehouse(events=[{"event_timestamp": moment} for moment in moments])
    columns = ("event_date", "dau", "events", "sessions", "bounces", "session_seconds", "average_session_seconds")
    assert world.rows("fct_daily_engagement", *columns) == [
        (date(2025, 11, 1), 1, 1, 1, 0, 1230, Decimal(1230)),
        (date(2025, 11, 2), 1, 2, 0, 0, 0, None),
    ]
    assert world.failures("every_event_is_in_one_session") == []


def test_rates_have_six_decimals(warehouse):
    events = [*seen("ann", 0), *seen("bob", 0), *seen("cyd", 0)]
    events += [{**event, "event_timestamp": "2025-11-01 10:00:01"} for event in events[:1]]
    assert warehouse(events=events).rows("fct_daily_engagement", "bounce_rate") == [(Decimal("0.666667"),)]


def test_an_event_that_no_session_holds_is_found(warehouse):
    world = warehouse(events=seen("ann", 0, 1))
    world.build("int_visitor_half_hours")
    world.con.execute("delete from intermediate.int_visitor_half_hours where event_date = date '2025-11-02'")
    assert world.failures("every_event_is_in_one_session") == [(2, 1, 1, 1, 1)]


def test_an_empty_shop_has_no_day(warehouse):
    assert warehouse().rows("fct_daily_engagement") == []


def test_the_law_of_sessions_broken_is_found(warehouse):
    world = warehouse(events=[{"event_timestamp": datetime(2025, 11, 1, 10)}])
    world.build("int_sessions")
    world.con.execute("update intermediate.int_sessions set last_event_date = date '2025-11-03'")
    assert [row[1:] for row in world.failures("no_session_outlives_the_day_after_its_start")] == [
        (date(2025, 11, 1), date(2025, 11, 3))
    ]

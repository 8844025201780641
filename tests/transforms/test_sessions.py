"""The law of sessions, in small worlds: which event belongs to the session that began when."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PAUSE = timedelta(minutes=30)


def events_at(*moments, **more):
    return [{"event_timestamp": moment, **more} for moment in moments]


def sessions(world, *columns):
    return world.rows("int_sessions", *(columns or ("visitor_id", "session_started_at", "events")))


def test_exactly_thirty_minutes_is_the_same_session_and_one_microsecond_more_is_not(warehouse):
    world = warehouse(
        events=events_at("2025-11-01 10:00:00", "2025-11-01 10:30:00", user_id="same")
        + events_at("2025-11-01 10:00:00", "2025-11-01 10:30:00.000001", user_id="two")
    )
    assert sessions(world) == [
        ("u:same", datetime(2025, 11, 1, 10, 0), 2),
        ("u:two", datetime(2025, 11, 1, 10, 0), 1),
        ("u:two", datetime(2025, 11, 1, 10, 30, 0, 1), 1),
    ]


def test_a_session_crosses_midnight_and_counts_on_the_day_on_which_it_began(warehouse):
    world = warehouse(events=events_at("2025-11-01 23:50:00", "2025-11-02 00:10:00", "2025-11-02 00:35:00"))
    assert sessions(world, "session_date", "session_started_at", "session_ended_at", "events") == [
        (date(2025, 11, 1), datetime(2025, 11, 1, 23, 50), datetime(2025, 11, 2, 0, 35), 3)
    ]


def test_a_robot_that_never_pauses_begins_anew_on_the_third_day_and_on_every_day_after(warehouse):
    start = datetime(2025, 11, 1, 12, 0)
    world = warehouse(events=events_at(*(start + timedelta(minutes=30 * step) for step in range(24 + 48 * 3))))
    assert sessions(world, "session_started_at", "events") == [
        (datetime(2025, 11, 1, 12, 0), 24 + 48),
        (datetime(2025, 11, 3, 0, 0), 48),
        (datetime(2025, 11, 4, 0, 0), 48),
    ]


def test_a_session_that_had_to_begin_is_no_opening_for_the_next_day(warehouse):
    robot = [datetime(2025, 11, 1) + timedelta(minutes=30 * step) for step in range(48 * 3)]
    pause, later = datetime(2025, 11, 4, 5, 0), datetime(2025, 11, 5, 5, 15)
    after = [datetime(2025, 11, 4) + timedelta(minutes=30 * step) for step in range(2)]
    world = warehouse(events=events_at(*robot, *after, pause, later))
    assert sessions(world, "session_started_at", "events") == [
        (datetime(2025, 11, 1), 96),
        (datetime(2025, 11, 3), 48),
        (datetime(2025, 11, 4), 2),
        (datetime(2025, 11, 4, 5, 0), 1),
        (datetime(2025, 11, 5, 5, 15), 1),
    ]


def test_events_of_one_instant_are_one_session_and_the_least_id_says_how_it_was_come_by(warehouse):
    tied = [
        {"event_id": "b", "utm_source": "google", "utm_medium": "cpc", "page_url": "https://shop.example/b"},
        {"event_id": "a", "utm_source": "newsletter", "utm_medium": "email", "page_url": "https://shop.example/a?x=1"},
    ]
    for order in (tied, tied[::-1]):
        world = warehouse(events=[event | {"event_timestamp": "2025-11-01 10:00:00"} for event in order])
        assert sessions(world, "events", "channel", "utm_source", "landing_page_path") == [
            (2, "email", "newsletter", "/a")
        ]


def test_another_visitor_and_a_sign_in_are_other_sessions(warehouse):
    world = warehouse(
        events=[
            {"event_timestamp": "2025-11-01 10:00:00", "anonymous_id": "ann"},
            {"event_timestamp": "2025-11-01 10:01:00", "anonymous_id": "bob"},
            {"event_timestamp": "2025-11-01 10:02:00", "anonymous_id": "ann", "user_id": "7"},
        ]
    )
    assert [row[0] for row in sessions(world)] == ["a:ann", "a:bob", "u:7"]


def test_the_day_is_the_shops_day_also_where_its_midnight_lies_within_a_half_hour(warehouse):
    kathmandu = [("2025-11-01 18:14:00", date(2025, 11, 1)), ("2025-11-01 18:16:00", date(2025, 11, 2))]
    world = warehouse(events=[{"event_timestamp": at, "event_date": day} for at, day in kathmandu])
    assert sessions(world, "session_date", "events") == [(date(2025, 11, 1), 2)]
    assert world.rows("int_visitor_days", "event_date", "events") == [(date(2025, 11, 1), 1), (date(2025, 11, 2), 1)]


def test_what_is_done_with_a_product_belongs_to_the_session_and_counts_on_the_day(warehouse):
    before, after = "2025-11-01 23:50:00", "2025-11-02 00:05:00"
    world = warehouse(
        events=[
            {"event_timestamp": before, "event_type": "product_view", "product_id": "kettle"},
            {"event_timestamp": before, "event_type": "add_to_cart", "product_id": "kettle"},
            {"event_timestamp": after, "event_type": "purchase", "product_id": "kettle", "quantity": 3},
            {"event_timestamp": after, "event_type": "purchase", "product_id": "kettle", "quantity": 1},
            {"event_timestamp": "2025-11-02 00:06:00"},
        ]
    )
    assert {row[0] for row in world.rows("int_product_events", "session_started_at")} == {datetime(2025, 11, 1, 23, 50)}
    assert world.rows("int_product_interactions", "event_date", "product_views", "cart_adds", "purchases", "units") == [
        (date(2025, 11, 1), 1, 1, 0, 0),
        (date(2025, 11, 2), 0, 0, 2, 4),
    ]
    assert world.rows("fct_funnel", "session_date", "category", "sessions", "purchase_sessions") == [
        (date(2025, 11, 1), "(none)", 1, 1),
        (date(2025, 11, 1), None, 1, 1),
    ]


def law(moments):
    """Architecture's rule, word by word, for one visitor: the start of each event's session."""
    ordered = sorted(moments)
    openings = [at for at, before in zip(ordered, [None, *ordered], strict=False) if not before or at - before > PAUSE]
    starts = []
    for at in ordered:
        near = [o for o in openings if o <= at and o.date() >= at.date() - timedelta(days=1)]
        starts.append(max(near) if near else min(m for m in ordered if m.date() == at.date()))
    return starts


walks = st.lists(
    st.one_of(
        st.sampled_from([timedelta(0), PAUSE, PAUSE + timedelta(microseconds=1), PAUSE - timedelta(microseconds=1)]),
        st.timedeltas(timedelta(0), timedelta(minutes=40)),
        st.timedeltas(timedelta(0), timedelta(hours=30)),
    ),
    min_size=1,
    max_size=150,
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walks)
def test_sessions_follow_the_law_for_any_walk(warehouse, steps):
    at, moments = datetime(2025, 11, 1, 20, 0), []
    for step in steps:
        at += step
        moments.append(at)
    expected: dict[datetime, int] = {}
    for start in law(moments):
        expected[start] = expected.get(start, 0) + 1
    world = warehouse(events=events_at(*moments))
    assert sessions(world, "session_started_at", "events") == sorted(expected.items())

"""One event is told once, and which copy counts depends on what it says."""

from itertools import permutations

AT = "2025-11-01 10:00:00"


def test_a_copy_that_only_came_by_another_batch_is_the_same_event(warehouse):
    world = warehouse(events=[{"event_id": "x", "event_timestamp": AT, "batch_id": batch} for batch in ("b1", "b2")])
    assert world.rows("stg_events", "event_id", "visitor_id") == [("x", "a:ann")]
    assert world.rows("stg_repeated_events", "event_id", "copies_count") == [("x", 2)]


def test_the_winning_copy_does_not_depend_on_the_order_of_arrival(warehouse):
    copies = [
        {"event_id": "x", "event_timestamp": AT, "received_at": "2025-11-01 10:00:02", "country": "DE"},
        {"event_id": "x", "event_timestamp": AT, "received_at": "2025-11-01 10:00:01", "country": "FR"},
        {"event_id": "x", "event_timestamp": AT, "received_at": None, "country": "AT"},
    ]
    for order in permutations(copies):
        named = [{**copy, "batch_id": f"b{place}"} for place, copy in enumerate(order)]
        assert warehouse(events=named).rows("stg_events", "country") == [("FR",)]


def test_the_same_id_on_two_days_is_two_events(warehouse):
    world = warehouse(events=[{"event_id": "x", "event_timestamp": f"2025-11-0{day} 10:00:00"} for day in (1, 2)])
    assert len(world.rows("stg_events")) == 2
    assert world.rows("stg_repeated_events") == []


def test_a_signed_in_visitor_is_the_user_and_never_mixed_up_with_an_anonymous_one(warehouse):
    world = warehouse(
        events=[
            {"event_timestamp": AT, "user_id": "7", "anonymous_id": "ann"},
            {"event_timestamp": AT, "user_id": None, "anonymous_id": "7"},
        ]
    )
    assert world.rows("stg_events", "visitor_id") == [("a:7",), ("u:7",)]

"""The way of a visitor from the first event to the first order, and the days in between."""

from datetime import date, datetime

at = datetime.fromisoformat

PURCHASE = {"event_type": "purchase", "product_id": "p1", "quantity": 1, "unit_price": "10", "currency": "EUR"}


def test_a_journey_runs_from_the_first_event_to_the_first_order(warehouse):
    world = warehouse(
        events=[
            {"event_timestamp": "2025-11-01 10:00:00", "device_type": "mobile"},
            {"event_timestamp": "2025-11-03 10:00:00", "device_type": "desktop", "event_type": "product_view"},
            {"event_timestamp": "2025-11-03 10:05:00", "event_type": "add_to_cart"},
            {**PURCHASE, "event_timestamp": "2025-11-03 10:10:00", "order_id": "o1"},
            {**PURCHASE, "event_timestamp": "2025-11-03 10:10:00", "order_id": "o1", "product_id": "p2"},
            {**PURCHASE, "event_timestamp": "2025-11-04 10:00:00", "order_id": "o2"},
        ]
    )
    assert world.dicts("int_user_journey") == [
        {
            "visitor_id": "a:ann",
            "user_id": None,
            "first_channel": world.rows("int_sessions", "channel", order_by="session_started_at")[0][0],
            "first_device_type": "mobile",
            "first_country": None,
            "active_days": 3,
            "sessions": 3,
            "orders": 2,
            "time_to_purchase_seconds": 2 * 86_400 + 600,
            "first_seen_date": date(2025, 11, 1),
            "last_seen_date": date(2025, 11, 4),
            "first_seen_at": at("2025-11-01 10:00"),
            "last_seen_at": at("2025-11-04 10:00"),
            "first_cart_at": at("2025-11-03 10:05"),
            "first_ordered_at": at("2025-11-03 10:10"),
            "last_ordered_at": at("2025-11-04 10:00"),
        }
    ]


def test_who_never_orders_has_a_journey_without_an_end(warehouse):
    world = warehouse(events=[{"event_timestamp": "2025-11-01 10:00:00", "user_id": "7"}])
    assert world.rows("int_user_journey", "visitor_id", "user_id", "orders", "time_to_purchase_seconds") == [
        ("u:7", "7", 0, None)
    ]


def test_a_refund_is_no_order(warehouse):
    world = warehouse(events=[{**PURCHASE, "event_type": "refund", "event_timestamp": "2025-11-01 10:00:00"}])
    assert world.rows("int_user_journey", "orders", "first_ordered_at") == [(0, None)]


def test_a_late_event_moves_the_start_of_the_journey(warehouse):
    events = [{**PURCHASE, "event_timestamp": "2025-11-03 10:00:00"}]
    late = {"event_timestamp": "2025-11-02 10:00:00", "batch_id": "b2"}
    for order in ([*events, late], [late, *events]):
        world = warehouse(events=order)
        assert world.rows("int_user_journey", "first_seen_date", "time_to_purchase_seconds") == [
            (date(2025, 11, 2), 86_400)
        ]


def test_a_day_is_the_day_of_the_shop_and_not_of_utc(warehouse):
    world = warehouse(events=[{"event_timestamp": "2025-11-01 23:30:00", "event_date": "2025-11-02"}])
    assert world.rows("int_visitor_days", "visitor_id", "event_date", "events") == [("a:ann", date(2025, 11, 2), 1)]
    assert world.rows("int_user_journey", "first_seen_date") == [(date(2025, 11, 2),)]

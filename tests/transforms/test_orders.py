"""Orders: what they brought in the end, who placed them, and when."""

from datetime import date, datetime
from decimal import Decimal
from itertools import permutations

at = datetime.fromisoformat


def line(moment, order="o1", kind="purchase", **more):
    return {
        "event_type": kind,
        "event_timestamp": moment,
        "order_id": order,
        "product_id": "p1",
        "quantity": 1,
        "unit_price": "10",
        "currency": "EUR",
    } | more


def test_the_lines_of_an_order_are_one_order_placed_at_the_first_of_them(warehouse):
    world = warehouse(
        events=[
            line("2025-11-30 23:59:58", product_id="p2", quantity=3, discount_amount="1.25"),
            line("2025-12-01 00:00:02", unit_price="0.0001"),
        ]
    )
    assert world.rows(
        "fct_orders", "order_id", "ordered_at", "order_date", "purchase_lines", "units", "gross_amount", "net_amount"
    ) == [("o1", at("2025-11-30 23:59:58"), date(2025, 11, 30), 2, 4, Decimal("30.0001"), Decimal("28.7501"))]


def test_a_refund_of_another_month_lowers_its_order(warehouse):
    world = warehouse(events=[line("2025-11-30 10:00:00"), line("2026-01-02 10:00:00", kind="refund", unit_price="4")])
    assert world.rows("fct_orders", "order_date", "is_refunded", "refunded_units", "refund_amount", "net_amount") == [
        (date(2025, 11, 30), True, 1, Decimal("4.0000"), Decimal("6.0000"))
    ]


def test_a_refund_whose_order_is_unknown_makes_no_order_and_is_not_lost(warehouse):
    world = warehouse(events=[line("2025-11-01 10:00:00"), line("2025-11-02 10:00:00", "o9", "refund")])
    assert world.rows("fct_orders", "order_id", "net_amount") == [("o1", Decimal("10.0000"))]
    assert world.rows("fct_revenue", "event_date", "net_amount") == [
        (date(2025, 11, 1), Decimal("10.0000")),
        (date(2025, 11, 2), Decimal("-10.0000")),
    ]
    assert world.failures("orders_and_cohorts_hold_all_revenue") == []


def test_two_currencies_are_never_added_up(warehouse):
    world = warehouse(
        events=[
            line("2025-11-01 10:00:00"),
            line("2025-11-01 10:00:00", currency="USD", unit_price="7"),
            line("2025-11-03 10:00:00", currency=None, kind="refund", unit_price="2"),
        ]
    )
    assert world.rows("fct_orders", "order_key", "currency", "purchase_lines", "net_amount", "order_number") == [
        ("o:o1", "EUR", 1, Decimal("10.0000"), 1),
        ("o:o1", "USD", 1, Decimal("7.0000"), 1),
        ("o:o1", None, 0, Decimal("-2.0000"), 1),
    ]


def test_a_purchase_without_order_id_is_an_order_of_its_own_and_never_another_ones(warehouse):
    world = warehouse(
        events=[
            line("2025-11-01 10:00:00", order=None, event_id="7"),
            line("2025-11-02 10:00:00", order=None, event_id="7"),
            line("2025-11-03 10:00:00", order="7", event_id="8"),
        ]
    )
    assert world.rows("fct_orders", "order_key", "order_id", "is_order_id_derived", "order_number") == [
        ("e:2025-11-01:7", "7", True, 1),
        ("e:2025-11-02:7", "7", True, 2),
        ("o:7", "7", False, 3),
    ]


def test_an_order_belongs_to_whoever_bought_its_first_line(warehouse):
    lines = [
        line("2025-11-01 10:00:01", event_id="a", user_id="u1"),
        line("2025-11-01 10:00:00", event_id="c", user_id=None, anonymous_id="ann"),
        line("2025-11-01 10:00:00", event_id="b", user_id="u2"),
    ]
    for order in permutations(lines):
        world = warehouse(events=order)
        assert world.rows("fct_orders", "visitor_id", "user_id", "purchase_lines") == [("u:u2", "u2", 3)]


def test_an_anonymous_visitor_orders_too(warehouse):
    world = warehouse(events=[line("2025-11-01 10:00:00", anonymous_id="ann")])
    assert world.rows("fct_orders", "visitor_id", "user_id", "is_first_order") == [("a:ann", None, True)]


def test_orders_know_how_long_after_the_first_visit_and_the_order_before_they_came(warehouse):
    world = warehouse(
        events=[
            {"event_type": "page_view", "event_timestamp": "2025-11-01 09:00:00"},
            line("2025-11-03 09:00:00", "a"),
            line("2025-11-01 09:10:00.9", "z"),
        ]
    )
    names = ("order_number", "order_id", "is_first_order", "since_first_seen_seconds", "since_previous_order_seconds")
    assert world.rows("fct_orders", *names) == [(1, "z", True, 600, None), (2, "a", False, 172_800, 172_199)]


def test_an_order_carries_its_session_and_the_device_of_it(warehouse):
    world = warehouse(
        events=[
            {
                "event_type": "page_view",
                "event_timestamp": "2025-11-01 09:00:00",
                "device_type": "mobile",
                "country": "DE",
            },
            line("2025-11-01 09:10:00"),
            {"event_type": "page_view", "event_timestamp": "2025-11-02 09:00:00", "device_type": "tablet"},
        ]
    )
    [(session_id, device_type, country)] = world.rows("fct_orders", "session_id", "device_type", "country")
    assert (device_type, country) == ("mobile", "DE")
    world.build("int_sessions")
    assert world.sql(f"select session_started_at from intermediate.int_sessions where session_id = '{session_id}'") == [
        (at("2025-11-01 09:00"),)
    ]


def test_the_check_finds_net_that_does_not_follow_from_gross(warehouse):
    world = warehouse(events=[line("2025-11-01 10:00:00")])
    assert world.failures("net_is_gross_less_discount_less_refund") == []
    world.sql("update marts.fct_orders set net_amount = net_amount + 0.0001")
    assert [row[0] for row in world.failures("net_is_gross_less_discount_less_refund")] == ["fct_orders"]
    assert world.failures("orders_and_cohorts_hold_all_revenue") == [("orders", "unknown", "EUR", Decimal("0.0001"))]

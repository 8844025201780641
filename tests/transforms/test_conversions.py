"""A session in which something was bought: how soon, for how much, and what led up to it."""

from decimal import Decimal

PAGE = "https://shop.example/"


def bought(at, order="o1", **more):
    sale = {"event_type": "purchase", "product_id": "pot", "quantity": 1, "unit_price": "10", "currency": "EUR"}
    return {**sale, "order_id": order, "event_timestamp": at, "page_url": PAGE} | more


def test_the_last_channel_that_was_not_direct_within_30_days_gets_the_credit(warehouse):
    def came(at, **how):
        return {"event_timestamp": at, "page_url": PAGE, **how}

    world = warehouse(
        events=[
            came("2025-11-01 09:59:59", utm_medium="display"),
            came("2025-11-01 12:00:00", utm_medium="email"),
            came("2025-11-20 12:00:00"),
            came("2025-12-01 12:00:00"),
            bought("2025-12-01 12:05:00"),
            came("2025-12-01 18:00:00", utm_medium="affiliate"),
        ]
    )
    columns = ("channel", "last_non_direct_channel", "sessions_in_30_days_before", "to_purchase_seconds")
    assert world.rows("fct_conversions", *columns) == [("direct", "email", 2, 300)]


def test_a_channel_of_more_than_30_days_ago_gets_none(warehouse):
    events = [
        {"event_timestamp": "2025-11-01 11:59:59", "page_url": PAGE, "utm_medium": "email"},
        bought("2025-12-01 12:00:00"),
    ]
    world = warehouse(events=events)
    assert world.rows("fct_conversions", "last_non_direct_channel", "sessions_in_30_days_before") == [("direct", 0)]


def test_orders_and_amounts_of_a_session_are_added_up_and_another_currency_is_left_out_and_flagged(warehouse):
    world = warehouse(
        events=[
            bought("2025-11-01 10:00:00", discount_amount="1"),
            bought("2025-11-01 10:00:00", quantity=2),
            bought("2025-11-01 10:05:00", order="o2", currency="USD", unit_price="99"),
            bought("2025-11-01 10:06:00", event_type="refund"),
        ]
    )
    columns = ("currency", "orders", "units", "gross_amount", "discount_amount", "net_amount", "has_other_currencies")
    assert world.rows("fct_conversions", *columns) == [("EUR", 2, 4, Decimal(30), Decimal(1), Decimal(29), True)]


def test_a_format_without_order_and_currency_converts_all_the_same(warehouse):
    sale = bought("2025-11-01 10:00:00", order=None, currency=None, page_url=None)
    world = warehouse(events=[sale, {**sale, "event_timestamp": "2025-11-01 10:00:01"}])
    columns = ("channel", "currency", "orders", "net_amount", "has_other_currencies")
    assert world.rows("fct_conversions", *columns) == [("unknown", None, 2, Decimal(20), False)]
    assert world.failures("every_session_is_in_the_funnel_once") == []


def test_two_visitors_who_buy_are_two_conversions_and_one_who_only_looks_is_none(warehouse):
    events = [
        bought("2025-11-01 10:00:00", user_id="1"),
        bought("2025-11-01 10:00:00", order="o2", user_id="2"),
        {"event_timestamp": "2025-11-01 10:00:00", "user_id": "3"},
    ]
    assert warehouse(events=events).rows("fct_conversions", "visitor_id", "user_id") == [("u:1", "1"), ("u:2", "2")]

"""Revenue of a day: what was bought and paid back on it, per product, currency and the place it came from."""

from datetime import date
from decimal import Decimal
from itertools import permutations

DAY = date(2025, 11, 1)
SALE = {"event_type": "purchase", "product_id": "p1", "quantity": 2, "unit_price": "10", "currency": "EUR"}
MONEY = ("gross_amount", "discount_amount", "refund_amount", "net_amount")


def amounts(*values):
    return tuple(Decimal(value) for value in values)


def test_a_day_adds_up_its_purchases_and_its_own_refunds(warehouse):
    world = warehouse(
        events=[
            {**SALE, "event_timestamp": "2025-11-01 10:00:00", "discount_amount": "0.5"},
            {**SALE, "event_timestamp": "2025-11-01 11:00:00", "quantity": 1, "unit_price": "9.9999"},
            {**SALE, "event_timestamp": "2025-11-02 10:00:00", "event_type": "refund", "discount_amount": "0.5"},
        ]
    )
    assert world.rows("fct_revenue", "event_date", "purchase_lines", "units", "refund_lines", "refunded_units") == [
        (DAY, 2, 3, 0, 0),
        (date(2025, 11, 2), 0, 0, 1, 2),
    ]
    assert world.rows("fct_revenue", *MONEY, order_by="event_date") == [
        amounts("29.9999", "0.5", "0", "29.4999"),
        amounts("0", "0", "19.5", "-19.5"),
    ]


def test_each_currency_is_a_row_of_its_own_and_so_is_an_unknown_one(warehouse):
    events = [
        {**SALE, "event_timestamp": "2025-11-01 10:00:00", "currency": currency, "unit_price": price}
        for currency, price in [("EUR", "1"), ("USD", "2"), (None, "3"), ("EUR", "4")]
    ]
    assert warehouse(events=events).rows("fct_revenue", "currency", "gross_amount") == [
        ("EUR", Decimal(10)),
        ("USD", Decimal(4)),
        (None, Decimal(6)),
    ]


def test_what_is_not_bought_or_paid_back_is_no_revenue(warehouse):
    events = [
        {**SALE, "event_timestamp": "2025-11-01 10:00:00", "event_type": kind}
        for kind in ("product_view", "add_to_cart", "remove_from_cart", "begin_checkout")
    ]
    world = warehouse(events=events)
    assert world.rows("fct_revenue") == []
    assert world.rows("fct_orders") == []


def test_a_purchase_told_twice_is_bought_once(warehouse):
    sale = {**SALE, "event_id": "x", "event_timestamp": "2025-11-01 10:00:00"}
    world = warehouse(events=[{**sale, "batch_id": "b1"}, {**sale, "batch_id": "b2"}])
    assert world.rows("fct_revenue", "purchase_lines", "net_amount") == [(1, Decimal(20))]


def test_revenue_can_be_split_by_device_and_country(warehouse):
    events = [
        {
            **SALE,
            "event_timestamp": "2025-11-01 10:00:00",
            "anonymous_id": f"v{place}",
            "device_type": device,
            "country": c,
        }
        for place, (device, c) in enumerate([("mobile", "DE"), ("mobile", "DE"), ("desktop", "FR")])
    ]
    assert warehouse(events=events).rows("fct_revenue", "device_type", "country", "purchase_lines") == [
        ("desktop", "FR", 1),
        ("mobile", "DE", 2),
    ]


def test_a_refund_of_the_shop_counts_against_the_channel_and_device_that_sold(warehouse):
    sold = {"event_timestamp": "2025-11-01 10:00:00", "order_id": "o1", "utm_medium": "email", "device_type": "mobile"}
    paid_back = {"event_timestamp": "2025-12-04 10:00:00", "event_type": "refund", "user_id": "clerk"}
    world = warehouse(
        events=[
            {**SALE, **sold},
            {**SALE, **paid_back, "order_id": "o1", "quantity": 1},
            {**SALE, **paid_back, "order_id": "o9", "quantity": 1},
        ]
    )
    assert world.rows("fct_revenue", "event_date", "channel", "device_type", "net_amount") == [
        (DAY, "email", "mobile", Decimal(20)),
        (date(2025, 12, 4), "email", "mobile", Decimal(-10)),
        (date(2025, 12, 4), "unknown", None, Decimal(-10)),
    ]
    assert world.failures("orders_and_cohorts_hold_all_revenue") == []


def test_revenue_does_not_depend_on_the_order_of_arrival(warehouse):
    events = [
        {**SALE, "event_id": "a", "event_timestamp": "2025-11-01 10:00:00", "device_type": "mobile"},
        {**SALE, "event_id": "b", "event_timestamp": "2025-11-01 10:05:00", "device_type": None},
        {
            **SALE,
            "event_id": "c",
            "event_timestamp": "2025-11-03 10:05:00",
            "event_type": "refund",
            "device_type": "tv",
        },
    ]
    answers = {tuple(warehouse(events=order).rows("fct_revenue")) for order in permutations(events)}
    assert len(answers) == 1


def test_the_check_finds_revenue_that_no_order_explains(warehouse):
    world = warehouse(events=[{**SALE, "event_timestamp": "2025-11-01 10:00:00"}])
    assert world.failures("orders_and_cohorts_hold_all_revenue") == []
    world.sql("update marts.fct_revenue set net_amount = net_amount + 5, gross_amount = gross_amount + 5")
    assert sorted(world.failures("orders_and_cohorts_hold_all_revenue")) == [
        ("cohorts", None, "EUR", Decimal(-5)),
        ("orders", "unknown", "EUR", Decimal(-5)),
    ]

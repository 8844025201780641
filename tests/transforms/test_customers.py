"""Customers by segment and by value on every day, over more days than the worlds of the oracle have."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from tests.oracle import everything
from tests.transforms.test_oracle import MARTS, apart

SALE = {"event_type": "purchase", "product_id": "pot", "quantity": 1, "currency": "EUR"}


def order(day, number, price, who="ann", **more):
    sale = {"event_timestamp": f"{day} 10:00:00", "order_id": f"o{number}", "unit_price": f"{price}"}
    return {**SALE, **sale, "anonymous_id": who} | more


def on(shop, day):
    rows = shop.rows("fct_customer_segments", "event_date", "previous_segment", "segment", "customers")
    return [row[1:] for row in rows if row[0] == date.fromisoformat(day)]


def test_a_refund_of_long_after_takes_a_customer_out_of_the_valuable_ones(warehouse):
    paid_back = {"event_type": "refund", "event_timestamp": "2025-04-05 10:00:00"}
    shop = warehouse(
        events=[order("2025-01-01", 1, 400), order("2025-01-02", 2, 100), order("2025-04-05", 2, 1) | paid_back]
    )
    assert on(shop, "2025-01-01") == [(None, "new", 1)]
    assert on(shop, "2025-01-02") == [("new", "best", 1)]
    assert on(shop, "2025-04-03") == [("best", "at_risk", 1)]
    assert on(shop, "2025-04-05") == [("at_risk", "slipping", 1)]
    values = shop.rows("fct_customer_values", "event_date", "at_least_value", "below_value", "customers", "net_amount")
    assert [row[1:] for row in values if row[0] >= date(2025, 4, 4)] == [
        (500, 1000, 1, Decimal(500)),
        (200, 500, 1, Decimal(499)),
    ]


def test_a_year_of_orders_and_refunds_is_told_as_the_definitions_say(warehouse):
    some, events = Random(16), []
    for number in range(160):
        who, day = f"a{some.randrange(25)}", date(2025, 1, 1) + timedelta(some.randrange(400))
        currency = some.choice(["EUR", "EUR", "EUR", "GBP", None])
        events.append(
            order(day, number, some.choice([5, 19.99, 120, 300]), who, event_id=f"e{number}", currency=currency)
        )
        if some.random() < 0.3:
            later = day + timedelta(some.randrange(150))
            events.append(
                events[-1] | {"event_type": "refund", "event_timestamp": f"{later} 12:00:00", "event_id": f"r{number}"}
            )
    shop = warehouse(events=events)
    raw = shop.con.execute("select * from raw.events").fetchall()
    names = [column[0] for column in shop.con.description]
    told = everything({"events": [dict(zip(names, row, strict=True)) for row in raw], "users": [], "products": []})
    for name in ("customer segments", "customer values"):
        model, query = MARTS[name]
        shop.build(model)
        assert apart(shop.sql(query), told[name]) == [[], []], name
    assert shop.failures("customers_are_all_buyers_with_all_that_they_brought") == []
    seen = Counter(row[2] for row in shop.rows("fct_customer_segments", *MARTS_COLUMNS))
    assert set(seen) == {"new", "once", "regular", "best", "slipping", "at_risk", "lost"}


MARTS_COLUMNS = ("event_date", "previous_segment", "segment", "customers")


def test_customers_at_the_end_are_those_at_the_beginning_with_those_who_came_and_without_those_who_went(warehouse):
    some = Random(17)
    events = [
        order(date(2025, 1, 1) + timedelta(some.randrange(300)), number, 200, f"a{some.randrange(20)}")
        for number in range(60)
    ]
    rows = warehouse(events=events).rows("fct_customer_segments", *MARTS_COLUMNS)
    first, last = date(2025, 3, 1), date(2025, 8, 1)
    inside = [row for row in rows if first <= row[0] <= last]
    stock = Counter()
    for day, before, _, customers in inside:
        if day == first and before:
            stock[before] += customers
    for _, before, after, customers in inside:
        if before != after:
            stock[after] += customers
            stock[before] -= customers
    at_the_end = Counter()
    for day, _, after, customers in inside:
        at_the_end[after] += customers * (day == last)
    del stock[None]
    assert +stock == +at_the_end
    assert sum(at_the_end.values()) == len(
        {event["anonymous_id"] for event in events if event["event_timestamp"] < "2025-08-02"}
    )

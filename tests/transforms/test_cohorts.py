"""Who came back, and what they brought, by the week or month in which they were first seen."""

from datetime import date
from decimal import Decimal

import yaml

from flows.settings import PROJECT

MARTS = PROJECT / "transforms" / "models" / "marts"
ORDER = {"event_type": "purchase", "product_id": "p1", "quantity": 1, "unit_price": "10", "currency": "EUR"}
MON_3, MON_10, MON_17 = date(2025, 11, 3), date(2025, 11, 10), date(2025, 11, 17)


def weekly(rows):
    return [row[1:] for row in rows if row[0] == "week"]


def retention(world):
    return world.rows(
        "fct_cohort_retention",
        *("period_type", "cohort_start_date", "periods_since", "cohort_visitors", "active_visitors"),
        *("ordering_visitors", "orders"),
    )


def test_a_visitor_counts_once_in_each_week_and_a_week_without_anybody_is_a_row_of_zeros(warehouse):
    visits = ["2025-11-03 10:00", "2025-11-04 10:00", "2025-11-09 10:00", "2025-11-17 10:00", "2025-11-18 10:00"]
    world = warehouse(
        events=[
            *({"event_timestamp": f"{visit}:00"} for visit in visits),
            {"event_timestamp": "2025-11-10 09:00:00", "anonymous_id": "bob"},
            {**ORDER, "event_timestamp": "2025-11-17 10:05:00", "order_id": "o1"},
            {**ORDER, "event_timestamp": "2025-11-17 10:06:00", "order_id": "o2"},
        ]
    )
    assert weekly(retention(world)) == [
        (MON_3, 0, 1, 1, 0, 0),
        (MON_3, 1, 1, 0, 0, 0),
        (MON_3, 2, 1, 1, 1, 2),
        (MON_10, 0, 1, 1, 0, 0),
        (MON_10, 1, 1, 0, 0, 0),
    ]
    assert retention(world)[0] == ("month", date(2025, 11, 1), 0, 2, 2, 1, 2)


def test_the_month_that_began_after_the_last_monday_is_there(warehouse):
    world = warehouse(events=[{"event_timestamp": f"{day} 10:00:00"} for day in ("2025-10-28", "2025-11-01")])
    assert [row for row in retention(world) if row[0] == "month"] == [
        ("month", date(2025, 10, 1), 0, 1, 1, 0, 0),
        ("month", date(2025, 10, 1), 1, 1, 1, 0, 0),
    ]


def test_weeks_and_months_are_counted_across_new_year(warehouse):
    world = warehouse(events=[{"event_timestamp": f"{day} 10:00:00"} for day in ("2025-12-24", "2026-01-07")])
    assert [(row[0], row[2], row[4]) for row in retention(world)] == [
        ("month", 0, 1),
        ("month", 1, 1),
        ("week", 0, 1),
        ("week", 1, 0),
        ("week", 2, 1),
    ]


def test_a_late_event_moves_a_visitor_to_an_earlier_cohort(warehouse):
    seen = {"event_timestamp": "2025-11-10 10:00:00"}
    late = {"event_timestamp": "2025-11-03 10:00:00", "batch_id": "b2"}
    assert weekly(retention(warehouse(events=[seen]))) == [(MON_10, 0, 1, 1, 0, 0)]
    assert weekly(retention(warehouse(events=[seen, late]))) == [(MON_3, 0, 1, 1, 0, 0), (MON_3, 1, 1, 1, 0, 0)]


def test_money_is_in_the_cohort_of_the_buyer_by_currency_and_a_refund_in_its_own_week(warehouse):
    world = warehouse(
        events=[
            {"event_timestamp": "2025-11-03 10:00:00"},
            {**ORDER, "event_timestamp": "2025-11-10 10:00:00", "order_id": "o1"},
            {**ORDER, "event_timestamp": "2025-11-10 11:00:00", "order_id": "o2", "currency": "USD"},
            {
                **ORDER,
                "event_timestamp": "2025-11-17 10:00:00",
                "order_id": "o1",
                "event_type": "refund",
                "user_id": "clerk",
            },
        ]
    )
    names = ("period_type", "cohort_start_date", "periods_since", "currency", "gross_amount", "net_amount")
    assert weekly(world.rows("fct_cohort_revenue", *names)) == [
        (MON_3, 1, "EUR", Decimal(10), Decimal(10)),
        (MON_3, 1, "USD", Decimal(10), Decimal(10)),
        (MON_3, 2, "EUR", Decimal(0), Decimal(-10)),
    ]
    assert world.failures("orders_and_cohorts_hold_all_revenue") == []


def test_a_refund_from_before_its_buyer_was_first_seen_has_a_period_below_zero_and_the_description_says_so(warehouse):
    refund = {**ORDER, "event_timestamp": "2025-11-03 10:00:00", "event_type": "refund", "user_id": "clerk"}
    world = warehouse(
        events=[
            {**refund, "order_id": "o1"},
            {**ORDER, "event_timestamp": "2025-11-10 10:00:00", "order_id": "o1"},
        ]
    )
    names = ("period_type", "cohort_start_date", "periods_since", "net_amount")
    assert weekly(world.rows("fct_cohort_revenue", *names)) == [(MON_10, -1, Decimal(-10)), (MON_10, 0, Decimal(10))]
    (model,) = yaml.safe_load((MARTS / "fct_cohort_revenue.yml").read_text("utf-8"))["models"]
    (said,) = [column["description"] for column in model["columns"] if column["name"] == "periods_since"]
    assert "Below zero where" in said


def test_the_check_finds_a_cohort_that_lost_a_visitor(warehouse):
    world = warehouse(events=[{"event_timestamp": "2025-11-03 10:00:00", "anonymous_id": name} for name in ("a", "b")])
    assert world.failures("every_visitor_is_in_one_cohort") == []
    world.sql("update marts.fct_cohort_retention set cohort_visitors = 1 where period_type = 'week'")
    assert world.failures("every_visitor_is_in_one_cohort") == [("week", 1)]

"""The marts say of any small world what the oracle works out from the definitions."""

from collections import Counter
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings

from flows.records import RECORDS, User
from tests.oracle import EVENT_COLUMNS, everything
from tests.worlds import worlds

# For each result of the oracle: the models to build, and its columns as the marts tell them.
MARTS = {
    "events": ("stg_events", f"select {', '.join(EVENT_COLUMNS)} from staging.stg_events"),
    "sessions": (
        "fct_sessions",
        """select visitor_id, session_started_at, session_date, session_ended_at, events, page_views, product_views,
            searches, cart_adds, checkouts, purchases, has_view, has_cart, has_checkout, has_purchase,
            has_ordered_cart, has_ordered_checkout, has_ordered_purchase
        from marts.fct_sessions""",
    ),
    "funnel": (
        "fct_funnel",
        """select session_date, country, category, sum(sessions), sum(view_sessions), sum(cart_sessions),
            sum(checkout_sessions), sum(purchase_sessions), sum(ordered_cart_sessions),
            sum(ordered_checkout_sessions), sum(ordered_purchase_sessions)
        from marts.fct_funnel group by all""",
    ),
    "revenue": (
        "fct_revenue",
        """select event_date, product_id, currency, sum(gross_amount), sum(discount_amount), sum(refund_amount),
            sum(net_amount)
        from marts.fct_revenue group by all""",
    ),
    "orders": (
        "fct_orders",
        """select order_key, currency, order_id, visitor_id, order_number, order_date, ordered_at, gross_amount,
            discount_amount, refund_amount, net_amount
        from marts.fct_orders""",
    ),
    "customer segments": (
        "fct_customer_segments",
        "select event_date, previous_segment, segment, customers from marts.fct_customer_segments",
    ),
    "customer values": (
        "fct_customer_values",
        """select event_date, currency, at_least_value, below_value, customers, net_amount
        from marts.fct_customer_values""",
    ),
    "conversions": (
        "fct_conversions",
        "select visitor_id, session_started_at, converted_at, orders, units from marts.fct_conversions",
    ),
    "engagement": (
        "fct_daily_engagement",
        "select event_date, dau, wau, mau, new_visitors from marts.fct_daily_engagement",
    ),
    "active": (
        "fct_active_visitors",
        """select event_date, slice, slice_value, days_since_active, visitors
        from marts.fct_active_visitors where slice <> 'channel'""",
    ),
    "hours": (
        "fct_hourly_sessions",
        """select session_date, hour_of_day, device_type, country, sum(sessions), sum(converted_sessions)
        from marts.fct_hourly_sessions group by all""",
    ),
    "lengths": (
        "fct_session_lengths",
        """select session_date, device_type, country, at_least_seconds, below_seconds, at_least_events, below_events,
            sum(sessions), sum(converted_sessions), sum(bounces), sum(session_seconds), sum(events)
        from marts.fct_session_lengths group by all""",
    ),
    "products": (
        "fct_product_days",
        """select session_date, product_id, sessions, view_sessions, cart_sessions, purchase_sessions
        from marts.fct_product_days""",
    ),
    "prices": (
        "fct_price_changes",
        """select product_id, changed_at, previous_unit_price, previous_currency, unit_price, currency
        from marts.fct_price_changes""",
    ),
    "retention": (
        "fct_cohort_retention",
        """select period_type, cohort_start_date, period_start_date, cohort_visitors, active_visitors,
            ordering_visitors, orders
        from marts.fct_cohort_retention""",
    ),
    "users": (
        "dim_users",
        """select user_id, valid_from, valid_to, is_inferred, created_at, country, city, postal_code,
            is_marketing_opt_in
        from marts.dim_users""",
    ),
}


@settings(max_examples=20, deadline=None)
@given(worlds())
def test_the_rows_of_a_drawn_world_are_rows_that_validate_accepts(world):
    for table, rows in world.items():
        for row in rows:
            RECORDS[table].model_validate({name: row[name] for name in RECORDS[table].model_fields})


@pytest.mark.slow
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds())
def test_the_marts_say_what_follows_from_the_definitions(warehouse, world):
    shop = warehouse(**world)
    for name, expected in everything(world).items():
        model, query = MARTS[name]
        shop.build(model)
        only_marts, only_oracle = apart(shop.sql(query), expected)
        assert not only_marts + only_oracle, f"{name}: only the marts say {only_marts}, only the oracle {only_oracle}"


def test_a_no_to_marketing_after_an_unknown_is_no_change(warehouse):
    unknown = dict.fromkeys(User.model_fields) | {"user_id": "u1", "updated_at": datetime(2025, 11, 1)}
    said = unknown | {"updated_at": datetime(2025, 11, 2), "is_marketing_opt_in": False}
    told = warehouse(users=[unknown, said]).rows("dim_users", "valid_from", "valid_to", "is_marketing_opt_in")
    assert told == [(datetime(2025, 11, 1), None, False)]


def apart(told, expected):
    """The rows that only one of the two says, as often as it says them more than the other."""
    told, expected = Counter(told), Counter(expected)
    return [list((one - other).elements()) for one, other in ((told, expected), (expected, told))]

"""How far the visitors of any period went is a sum over fct_visitor_funnel, in each slice."""

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracle import sessions
from tests.oracle_events import told_events
from tests.oracle_funnel import STEPS, funnel, visitors_of_period
from tests.transforms.test_oracle import MARTS, apart
from tests.world_rows import accepted
from tests.worlds import worlds

OF_PERIOD = f"""
    select slice, slice_value, {", ".join(f"sum({step}_visitors)" for step in STEPS)}
    from marts.fct_visitor_funnel
    where session_date between $first and $last and since_date >= $first
    group by all
"""
BY_CHANNEL = """
    with

    visitors as (

        select channel, visitor_id, sum(product_views) > 0 as has_view, sum(cart_adds) > 0 as has_cart,
            sum(checkouts) + sum(purchases) > 0 as has_checkout, sum(purchases) > 0 as has_purchase
        from marts.fct_sessions
        where session_date between $first and $last
        group by all

    )

    select 'channel', channel, count_if(has_view), count_if(has_view and has_cart),
        count_if(has_view and has_cart and has_checkout), count_if(has_view and has_cart and has_purchase)
    from visitors
    group by all
"""


@pytest.mark.slow
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds(), st.data())
def test_how_far_the_visitors_of_a_period_went_is_a_sum(warehouse, world, data):
    shop, events = warehouse(**world), told_events(world["events"])
    shop.build("fct_visitor_funnel")
    shop.build("fct_sessions")
    days = [event["event_date"] for event in events] or [date(2025, 11, 1)]
    first = data.draw(st.sampled_from(days))
    last = first + timedelta(days=data.draw(st.sampled_from([0, 1, 2, 6, 29, 88, 89])))
    found = told(shop, OF_PERIOD, first, last)
    by_channel = Counter({key: found.pop(key) for key in list(found) if key[0] == "channel"})
    assert found == visitors_of_period(events, first, last)
    in_any_order = {key: visitors for key, visitors in by_channel.items() if not key[2].startswith("ordered")}
    assert in_any_order == told(shop, BY_CHANNEL, first, last)
    assert all(
        visitors <= by_channel[key[0], key[1], key[2][8:]]
        for key, visitors in by_channel.items()
        if key[2].startswith("ordered")
    )


# A few sessions of two visitors, each of a few steps, of which many have the same instant: all orders come up.
FIRST_DAY = datetime(2025, 11, 1, 10)
VISITS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from([0, 2]),
        st.sampled_from(["ann", "ann", "bob"]),
        st.sampled_from([None, "mobile"]),
        st.lists(
            st.tuples(
                st.sampled_from([0, 1]),
                st.sampled_from(["product_view", "add_to_cart", "add_to_cart", "begin_checkout", "purchase"]),
                st.sampled_from(["pot", "pan", "hose"]),
            ),
            min_size=1,
            max_size=6,
        ),
    ),
    min_size=1,
    max_size=4,
)
LEVELS = {"pot": "home", "pan": "home", "hose": "garden"}


@pytest.mark.slow
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(VISITS, st.integers(0, 3), st.integers(0, 3))
def test_every_order_of_a_few_steps_is_told_as_it_was(warehouse, visits, first_day, days):
    rows = []
    for day, hours, who, device, taken_steps in visits:
        at = FIRST_DAY + timedelta(days=day, hours=hours)
        for minutes, kind, product in taken_steps:
            at += timedelta(minutes=minutes)
            row = {"event_id": f"e{len(rows)}", "event_type": kind, "event_timestamp": at, "product_id": product}
            rows.append(row | {"anonymous_id": who, "device_type": device})
    raw = [accepted(row, ZoneInfo("UTC")) for row in rows]
    products = [{"product_id": name, "category": level, "updated_at": "2025-10-01"} for name, level in LEVELS.items()]
    shop, events = warehouse(events=raw, products=products), told_events(raw)
    for mart, expected in (("sessions", sessions(events)), ("funnel", funnel(events, LEVELS))):
        model, query = MARTS[mart]
        shop.build(model)
        assert apart(shop.sql(query), expected) == [[], []]
    shop.build("fct_visitor_funnel")
    first = (FIRST_DAY + timedelta(days=first_day)).date()
    last = first + timedelta(days=days)
    found = {key: visitors for key, visitors in told(shop, OF_PERIOD, first, last).items() if key[0] != "channel"}
    assert found == visitors_of_period(events, first, last)


def told(shop, query, first, last):
    """Visitors by slice, value and step, where there are some."""
    found = shop.con.execute(query, {"first": first, "last": last}).fetchall()
    return Counter(
        {
            (slice, value, step): visitors
            for slice, value, *counts in found
            for step, visitors in zip(STEPS, counts, strict=False)
            if visitors
        }
    )


def visit(day, *kinds):
    """A session of ann on a day of November 2025, with something done every minute."""
    sale = {"purchase": {"quantity": 1, "unit_price": "5"}}
    return [
        {"event_type": kind, "event_timestamp": f"2025-11-{day:02} 10:{minute:02}:00"} | sale.get(kind, {})
        for minute, kind in enumerate(kinds)
    ]


def taken(shop, first, last):
    """The steps that ann took between two days of November, by the mart."""
    return {
        step for slice, _, step in told(shop, OF_PERIOD, date(2025, 11, first), date(2025, 11, last)) if slice == "all"
    }


def test_a_step_of_one_session_can_follow_that_of_another(warehouse):
    shop = warehouse(events=[*visit(1, "product_view"), *visit(3, "add_to_cart"), *visit(5, "purchase")])
    shop.build("fct_visitor_funnel")
    assert taken(shop, 1, 2) == {"view"}
    assert taken(shop, 1, 4) == {"view", "cart", "ordered_cart"}
    assert taken(shop, 1, 5) == set(STEPS)
    assert taken(shop, 2, 5) == set(), "the product was seen before"


def test_a_session_that_goes_on_from_the_cart_is_led_back_to_the_last_view_before_it(warehouse):
    later = visit(3, "add_to_cart", "begin_checkout", "purchase")
    shop = warehouse(events=[*visit(1, "product_view"), *visit(2, "product_view"), *later])
    shop.build("fct_visitor_funnel")
    assert taken(shop, 2, 3) == set(STEPS)
    assert taken(shop, 3, 3) == set()


def test_steps_taken_the_wrong_way_round_count_in_any_order_only(warehouse):
    shop = warehouse(
        events=[*visit(1, "purchase"), *visit(2, "begin_checkout", "add_to_cart"), *visit(4, "product_view")]
    )
    shop.build("fct_visitor_funnel")
    assert taken(shop, 1, 4) == {"view", "cart", "checkout", "purchase"}
    assert taken(shop, 2, 4) == {"view", "cart", "checkout"}
    assert taken(shop, 3, 4) == {"view"}


def test_a_cart_counts_after_the_view_of_an_earlier_session_only_while_the_period_holds_it(warehouse):
    seen = visit(1, "product_view", "add_to_cart")
    shop = warehouse(events=[*seen, *visit(2, "add_to_cart", "begin_checkout", "product_view")])
    shop.build("fct_visitor_funnel")
    assert taken(shop, 1, 2) == {"view", "cart", "checkout", "ordered_cart", "ordered_checkout"}
    assert taken(shop, 2, 2) == {"view", "cart", "checkout"}


def test_a_mart_that_says_other_than_the_sessions_is_found(warehouse):
    shop = warehouse(events=[*visit(1, "product_view", "add_to_cart"), *visit(3, "add_to_cart", "product_view")])
    shop.build("fct_visitor_funnel")
    assert shop.failures("visitors_of_a_day_go_as_far_as_their_sessions") == []
    for column, planted, day in (("cart", 2, 1), ("ordered_cart", 0, 1), ("ordered_cart", 2, 3), ("purchase", 1, 1)):
        name = f"{column}_visitors"
        shop.con.execute("begin")
        shop.con.execute(
            f"update marts.fct_visitor_funnel set {name} = {planted} where session_date = $day and since_date = $day",
            {"day": date(2025, 11, day)},
        )
        assert len(shop.failures("visitors_of_a_day_go_as_far_as_their_sessions")) == 1, (column, planted)
        shop.con.execute("rollback")
    shop.con.execute("update intermediate.int_sessions set session_date = date '2025-11-04' where cart_adds > 0")
    assert len(shop.failures("visitors_of_a_day_go_as_far_as_their_sessions")) == 3, "rows of a day without sessions"

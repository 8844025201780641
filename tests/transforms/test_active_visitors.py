"""Distinct visitors of any period are a sum over fct_active_visitors, in each slice."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracle_activity import visitors_of_period
from tests.oracle_events import told_events
from tests.worlds import worlds

OF_PERIOD = """
    select slice, slice_value, sum(visitors)
    from marts.fct_active_visitors
    where event_date between $first and $last
        and (last_active_date is null or last_active_date < $first)
    group by all
"""
BY_CHANNEL = """
    select 'channel', channel, count(distinct visitor_id)
    from marts.fct_sessions
    inner join intermediate.int_sessions using (session_id, visitor_id, channel)
    where last_event_date >= $first and fct_sessions.session_date <= $last
    group by all
"""


@pytest.mark.slow
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds(), st.data())
def test_the_visitors_of_a_period_are_a_sum(warehouse, world, data):
    shop, events = warehouse(**world), told_events(world["events"])
    shop.build("fct_active_visitors")
    shop.build("fct_sessions")
    days = [event["event_date"] for event in events] or [date(2025, 11, 1)]
    first = data.draw(st.sampled_from(days))
    last = first + timedelta(days=data.draw(st.sampled_from([0, 1, 6, 29, 88, 89])))
    period = {"first": first, "last": last}
    found = Counter({row[:2]: row[2] for row in shop.con.execute(OF_PERIOD, period).fetchall()})
    by_channel = Counter({row[:2]: row[2] for row in shop.con.execute(BY_CHANNEL, period).fetchall()})
    assert found == visitors_of_period(events, first, last) + by_channel

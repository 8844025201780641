"""Increments equal a full rebuild, row for row: proved on drawn histories, and the proof itself on planted faults."""

import copy
import os
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.increments.history import History, differences
from tests.increments.shop import Shop

EXAMPLES = int(os.environ.get("SHOPFLOW_TEST_EXAMPLES", "200"))


@pytest.mark.slow
@pytest.mark.parametrize("half", [1, 2])  # each on a processor of its own
def test_marts_built_batch_by_batch_are_those_of_one_build(new_shop, half):
    hold(new_shop, EXAMPLES // 2)


def hold(new_shop, examples):
    """Draw so many histories, of shops that `new_shop` makes."""
    machine = type("Machine", (History,), {"new_shop": staticmethod(new_shop)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=8,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def event(event_id, moment, **more):
    at = datetime.fromisoformat(f"2025-11-{moment}")
    return {"event_id": event_id, "event_type": "page_view", "event_timestamp": at, "event_date": at.date()} | {
        "anonymous_id": "ann",
        **more,
    }


SALE = {"event_type": "purchase", "product_id": "pot", "quantity": 1, "unit_price": Decimal("9.99"), "currency": "EUR"}
# Ninety days after the second of November somebody is back, and once more on the day after.
BACK, BACK_AGAIN = (
    [event(f"on {day}", "01 10:00:00", event_timestamp=datetime.combine(day, time(10)), event_date=day)]
    for day in (date(2026, 1, 31), date(2026, 2, 1))
)
# Whoever came on the thirtieth of November is back, so that day is built anew, too, with all thirty days to it.
FIRST_OF_DECEMBER = [
    event("e3", "01 00:10:00", event_timestamp=datetime(2025, 12, 1, 0, 10), event_date=date(2025, 12, 1))
]
# Eighty-nine days after a product was seen it is put into the cart; on the day after that somebody is there again.
VIEW = {"event_type": "product_view", "product_id": "pot"}
SEEN = event("seen", "02 10:00:00") | VIEW
TAKEN, THERE = (
    event(f"on {day}", "02 10:00:00", event_timestamp=datetime.combine(day, time(10)), event_date=day) | kind
    for day, kind in ((date(2026, 1, 30), {"event_type": "add_to_cart", "product_id": "pot"}), (date(2026, 1, 31), {}))
)
OVER_MIDNIGHT = [event("e1", "01 23:50:00")], [event("e2", "02 00:10:00")]

# What is done wrong: the model, the piece of its SQL, what stands there instead, and two batches that tell.
FAULTS = {
    "only days after the last one": (
        *("int_visitor_half_hours", "where event_date in ('@dates:0:0:')"),
        "where event_date in ('@dates:0:0:') and event_date >= (select max(event_date) from raw.events)",
        ([event("e1", "05 10:00:00")], [event("e2", "03 10:00:00")]),
    ),
    "sessions that forget the day before": ("int_visitor_half_hours", "@dates:-2:2:", "@dates:0:2:", OVER_MIDNIGHT),
    "the copy that came last wins": (
        *("stg_repeated_events", "order by", "order by batch_id desc,"),
        ([event("e1", "01 10:00:00", country="DE")], [event("e1", "01 10:00:00", country="FR")]),
    ),
    "touched days off by one": ("int_sessions", "'@dates:-1:2:'", "'@dates:0:2:'", OVER_MIDNIGHT),
    "orders numbered within the increment": (
        *("int_orders", "partition by first_lines.visitor_id", "partition by first_lines.event_date"),
        ([event("e1", "01 10:00:00", **SALE)], [event("e2", "02 10:00:00", **SALE)]),
    ),
    "a day on which somebody came back keeps the day before": (
        *("fct_active_visitors", 'in (select event_date from "warehouse"."intermediate"."int_corrected_dates")'),
        "in (select event_date from intermediate.int_corrected_dates where false)",
        ([event("e1", "05 10:00:00")], [event("e2", "03 10:00:00")]),
    ),
    "visitors of whom the first of ninety days is forgotten": (
        *("fct_active_visitors", ">= '@dates:92'", ">= '@dates:91'"),
        ([*OVER_MIDNIGHT[0], *OVER_MIDNIGHT[1], *BACK], BACK_AGAIN),
    ),
    "a step that forgets the view of the first of ninety days": (
        *("fct_visitor_funnel", ">= '@dates:90'", ">= '@dates:89'"),
        ([SEEN, TAKEN], [THERE]),
    ),
    "a step that a late view makes possible is taken on its own day only": (
        *("fct_visitor_funnel", 'in (select session_date from "warehouse"."intermediate"."int_corrected_dates")'),
        "in (select session_date from intermediate.int_corrected_dates where false)",
        ([event("e1", "09 10:00:00", event_type="add_to_cart", product_id="pot")], [SEEN]),
    ),
    "a cart of the day after that is not looked for": (
        *("int_sessions", "events.event_date in ('@dates:-1:3:')", "events.event_date in ('@dates:-1:0:')"),
        (
            [
                event("e1", "01 23:40:00", event_type="add_to_cart", product_id="pot"),
                event("e2", "01 23:50:00", event_type="product_view", product_id="pot"),
                event("e3", "02 00:10:00", event_type="add_to_cart", product_id="pot"),
            ],
            [event("e4", "01 23:55:00")],
        ),
    ),
    "visitors of whom the first of thirty days is forgotten": (
        *("int_daily_visitors", ">= '@dates:30'", ">= '@dates:29'"),
        ([event("e1", "01 10:00:00", anonymous_id="bob"), event("e2", "30 23:50:00")], FIRST_OF_DECEMBER),
    ),
    "a session that forgets the products of the day after": (
        *("fct_product_days", "@dates:-1:3:recategorised_dates", "@dates:-1:0:"),
        ([*OVER_MIDNIGHT[0], event("e3", "02 00:10:00", **SALE)], [event("e4", "01 23:40:00")]),
    ),
}


def built_by_turns(shop, batches):
    for place, rows in enumerate(batches):
        shop.load(f"b{place}", events=rows)
        shop.build()
    return shop


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_increment_is_found(compiled_both, new_shop, fault):
    model, right, wrong, batches = FAULTS[fault]
    whole, part = copy.deepcopy(compiled_both)
    node = next(node for node in part.values() if node["name"] == model)
    assert right in node["sql"], "the model has changed: plant the fault anew"
    node["sql"] = node["sql"].replace(right, wrong)
    at_once = new_shop()
    at_once.load("all", events=[row for rows in batches for row in rows])
    at_once.build()
    assert differences(built_by_turns(new_shop(), batches), at_once) == []
    assert differences(built_by_turns(Shop(whole, part), batches), at_once)


def with_data_tests(shop):
    shop.is_tested = True
    return shop


@pytest.mark.slow
def test_no_data_test_complains_of_builds_of_what_came(new_shop):
    hold(lambda: with_data_tests(new_shop()), EXAMPLES // 10)


def test_no_data_test_complains_of_a_day_that_a_late_event_of_another_changes(new_shop):
    """Regression: one read the sessions of fewer days than the mart's, and failed runs that were sound."""
    built_by_turns(
        with_data_tests(new_shop()), ([event("e1", "09 10:00:00") | VIEW], [event("e2", "02 10:00:00") | VIEW])
    )


def test_a_data_test_complains_of_a_build_that_writes_something_else(compiled_both):
    whole, part = copy.deepcopy(compiled_both)
    shop = built_by_turns(with_data_tests(Shop(whole, part)), ([event("e1", "09 10:00:00") | VIEW],))
    node = next(node for node in part.values() if node["name"] == "fct_visitor_funnel")
    node["sql"] = "select * replace (2 * view_visitors as view_visitors) from (\n" + node["sql"] + ")"
    shop.load("late", events=[event("e2", "02 10:00:00") | VIEW])
    with pytest.raises(AssertionError, match="visitors_of_a_day_go_as_far_as_their_sessions"):
        shop.build()


def test_a_slice_that_looks_at_its_own_days_only_is_found(compiled_both, new_shop):
    whole, part = copy.deepcopy(compiled_both)
    node = next(node for node in whole.values() if node["name"] == "int_visitor_half_hours")
    right = "coalesce(getvariable('touched_from'), date '1000-01-01') + (-2)"
    assert right in node["sql"], "the model has changed: plant the fault anew"
    node["sql"] = node["sql"].replace(right, right.replace("-2", "0"))
    long_night = [
        event(f"e{half_hour}", f"0{1 + half_hour // 48} {half_hour % 48 // 2:02}:{half_hour % 2 * 30:02}:00")
        for half_hour in range(40, 48 * 5)
    ]
    in_one, in_slices, wrong = new_shop(), new_shop(), Shop(whole, part)
    for shop, runs in ((in_one, None), (in_slices, 1), (wrong, 1)):
        shop.load("b1", events=long_night)
        shop.build(runs_in_slice=runs)
    assert differences(in_slices, in_one) == []
    assert differences(wrong, in_one)

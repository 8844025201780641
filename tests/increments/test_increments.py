"""Increments equal a full rebuild, row for row: proved on drawn histories, and the proof itself on planted faults."""

import copy
import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.increments.history import History
from tests.increments.shop import Shop

EXAMPLES = int(os.environ.get("SHOPFLOW_TEST_EXAMPLES", "200"))


def search(make, examples, phases=tuple(Phase)):
    """Run drawn histories on shops that `make` makes, until one shows marts that are not those of one build."""
    machine = type("Machine", (History,), {"new_shop": staticmethod(make)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=8,
            deadline=None,
            database=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.slow
def test_marts_built_batch_by_batch_are_those_of_one_build(new_shop):
    search(new_shop, EXAMPLES)


def replaced(model, old, new):
    def plant(node):
        assert old in node["sql"], f"{old} is not in {model} any more: plant the fault anew"
        node["sql"] = node["sql"].replace(old, new)

    return model, plant


FAULTS = {
    "only dates after the last one": replaced(
        "int_visitor_half_hours",
        "where event_date in ('@dates:0:0:')",
        "where event_date in ('@dates:0:0:') and event_date >= (select max(event_date) from raw.events)",
    ),
    "sessions without the day before": replaced("int_visitor_half_hours", "@dates:-2:2:", "@dates:0:2:"),
    "the copy that came last wins": replaced("stg_repeated_events", "order by\n", "order by rowid desc,\n"),
    "touched dates off by one": replaced("int_sessions", "session_date in ('@dates:-1:2:')", "session_date in ('@dates:0:2:')"),
    "orders numbered within the increment": replaced(
        "int_orders", "partition by first_lines.visitor_id", "partition by first_lines.visitor_id, first_lines.event_date"
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_increment_is_found(compiled_both, fault):
    whole, part = copy.deepcopy(compiled_both)
    model, plant = FAULTS[fault]
    plant(next(node for node in part.values() if node["name"] == model))
    with pytest.raises(AssertionError):
        search(lambda: Shop(whole, part), 400, phases=(Phase.generate,))

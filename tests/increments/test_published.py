"""Copies brought up to date equal the marts: proved on drawn histories, and the proof itself on planted faults."""

import os
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from flows import publish, serving
from flows.errors import WarehouseError
from flows.warehouse import duck_export, duck_record
from tests.increments.published import Published, contents, current_contents, publish_shop
from tests.increments.test_increments import SALE, event

EXAMPLES = int(os.environ.get("SHOPFLOW_TEST_EXAMPLES", "200")) // 4


@pytest.mark.slow
def test_every_published_copy_is_the_marts(new_shop):
    machine = type("Machine", (Published,), {"new_shop": staticmethod(new_shop)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def published(new_shop, home):
    """Whether each copy is right, in a history of rows that come, that go, and that another warehouse has."""
    are_right = []

    def next_copy(shop):
        shop.build(publish=False)
        with suppress(WarehouseError):  # the rows were counted, and there were too few: as good as found
            publish_shop(shop, home, copies=1)
        shop.mark_built()
        are_right.append(current_contents(home) == contents(shop.con))

    shop = new_shop()
    for day in ("01", "05", "09", "13"):
        shop.load(f"b{day}", events=[event(f"e{day}", f"{day} 10:00:00", anonymous_id=f"of {day}", **SALE)])
        next_copy(shop)
    shop.remove("b09")
    next_copy(shop)
    other = new_shop()
    other.load("b01", events=[event("e01", "01 10:00:00", anonymous_id="somebody else", **SALE)])
    next_copy(other)
    other.load("b02", events=[event("e02", "20 10:00:00", anonymous_id="of 02")])
    next_copy(other)
    return are_right


def of_parts(change):
    """A fault in what `partly_built` says: `change` gets the values' SQL, the mart and its key."""
    really = duck_record.partly_built
    return lambda connection, since: {
        mart: (key, change(values, mart, key)) for mart, (key, values) in really(connection, since).items()
    }


FAULTS = {
    "only what waits": (duck_export, "partly_built", of_parts(lambda sql, *_: f"{sql} and publication is null")),
    "only what does not wait": (
        *(duck_export, "partly_built"),
        of_parts(lambda sql, *_: f"{sql} and publication is not null"),
    ),
    "only rows that are there": (
        *(duck_export, "partly_built"),
        of_parts(lambda sql, mart, key: f"{sql} and key_value in (select cast({key} as string) from marts.{mart})"),
    ),
    "any copy is known": (duck_export, "number_of", lambda *_: 1),
    "nothing is remembered": (
        *(duck_record, "keep_only"),
        lambda connection, _: connection.execute("delete from ops.rebuilt"),
    ),
}


@pytest.mark.slow
def test_copies_are_brought_up_to_date_and_right(new_shop, tmp_path, monkeypatch):
    parts, really = [], duck_export._copy_part
    monkeypatch.setattr(duck_export, "_copy_part", lambda *given: (parts.append(given[1]), really(*given)))
    assert published(new_shop, tmp_path) == [True] * 7
    assert set(parts) == {
        *("dim_users", "fct_active_visitors", "fct_conversions", "fct_funnel", "fct_hourly_sessions", "fct_orders"),
        *("fct_product_days", "fct_revenue", "fct_session_lengths", "fct_sessions", "fct_visitor_funnel"),
    }


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_copy_that_lacks_something_is_found(fault, new_shop, tmp_path, monkeypatch):
    monkeypatch.setattr(*FAULTS[fault])
    if fault == "any copy is known":
        draft = serving.draft
        monkeypatch.setattr(
            publish.serving, "draft", lambda settings, now, _: draft(settings, now, serving.kept(settings))
        )
    assert not all(published(new_shop, tmp_path))

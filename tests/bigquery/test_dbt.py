"""dbt builds the same on BigQuery as on DuckDB: every row of every model, whole and in increments."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as drawn

from flows.settings import Settings
from tests.bigquery.twins import Twins
from tests.increments.shop import Shop
from tests.worlds import World, worlds


def a_rich_world() -> World:
    """Of some worlds the one with most days, which has all that worlds are made of."""
    found: list[World] = []

    @seed(7)
    @drawn(
        max_examples=60, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(worlds())
    def draw(world: World) -> None:
        found.append(world)

    draw()
    return max(found, key=lambda world: len({row["event_date"] for row in world["events"]}))


@pytest.fixture
def twins(new_shop: Callable[[], Shop], cloud: Settings, tmp_path: Path) -> Twins:
    return Twins(new_shop(), cloud, tmp_path)


def test_every_model_has_the_same_rows_on_both(twins: Twins, compiled_both: tuple[dict, dict]) -> None:
    """First of one batch as a whole; then another has come that reaches into its days, and a third is gone again."""
    world = a_rich_world()
    events = sorted(world["events"], key=lambda row: row["event_timestamp"])
    late, gone = events[3::4], events[5::7]
    twins.duck.load("first", events=[row for row in events if row not in late], users=world["users"][::2])
    twins.duck.load("gone", events=gone, products=world["products"])
    models = [
        node["relation"]
        for node in compiled_both[0].values()
        if node["kind"] == "model" and node["materialized"] != "ephemeral"
    ]

    twins.build()
    assert {model: twins.difference(model) for model in models} == dict.fromkeys(models, [])

    twins.duck.load("late", events=late, users=world["users"], products=world["products"][1:])
    twins.duck.remove("gone")
    twins.build()
    assert {model: twins.difference(model) for model in models} == dict.fromkeys(models, [])
    assert len(twins.rows("marts.fct_revenue")) > 3

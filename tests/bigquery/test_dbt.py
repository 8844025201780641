"""dbt builds the same on BigQuery as on DuckDB: every row of every model, whole and in increments."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as drawn

from flows.settings import Settings
from tests.bigquery.twins import Twins
from tests.compiled import compiled
from tests.increments.shop import PART, Shop
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
def twins(
    cloud: Settings, tmp_path: Path, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Twins:
    compiled_both = (compiled(pytestconfig, tmp_path_factory, **given) for given in ({}, PART))
    return Twins(Shop(*compiled_both), cloud, tmp_path)


def test_every_model_has_the_same_rows_on_both(twins: Twins) -> None:
    """First of one batch as a whole; then another has come that reaches into its days, and a third is gone again."""
    world = a_rich_world()
    events = sorted(world["events"], key=lambda row: row["event_timestamp"])
    late, gone = events[3::4], events[5::7]
    twins.duck.load("first", events=[row for row in events if row not in late], users=world["users"][::2])
    twins.duck.load("gone", events=gone, products=world["products"])
    twins.build()
    assert twins.differences() == {}

    twins.duck.load("late", events=late, users=world["users"], products=world["products"][1:])
    twins.duck.remove("gone")
    twins.build()
    assert twins.differences() == {}
    assert len(twins.rows("marts.fct_revenue")) > 3

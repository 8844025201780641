"""What the models' SQL means on BigQuery, by Google's reference evaluator, is what DuckDB makes of it, row for row."""

from __future__ import annotations

import pytest

from emulator.asking import SqlLibrary
from flows.generate import generate
from flows.lake import Lake
from flows.settings import load_settings
from flows.validate import validate
from tests.bigquery.meaning import meanings
from tests.bigquery.page import tell
from tests.bigquery.pair import landed
from tests.bigquery.rich_world import a_rich_world
from tests.compiled import compiled
from tests.increments.shop import PART, Shop

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bigquery again")]

# What an increment builds anew: nothing is named when all is built.
OF_INCREMENTS = (
    "int_changed_orders",
    "int_changed_revenue_dates",
    "int_changed_users",
    "int_changed_visitors",
    "int_corrected_dates",
)


@pytest.fixture(scope="module")
def duck(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A believable shop's 600 events, and among them a world of all that is hard; built as a whole."""
    duck = Shop(*(compiled(pytestconfig, tmp_path_factory, **told) for told in ({}, PART)))
    settings = load_settings(home=tmp_path_factory.mktemp("meaning"), max_refused_share=1)
    made = generate(settings.home / "made", events=600, days=9, defects=["all"])
    batch = validate(landed(settings, made.files), settings).batch
    lake = Lake.of(settings)
    for table in ("events", "users", "products"):
        (file,) = lake.accepted_files(table, batch.batch_id)
        rows = duck.con.execute(f"select * exclude (batch_id, source_file) from '{file}'")
        names = [column[0] for column in rows.description]
        duck.load(f"made_{table}", **{table: [dict(zip(names, row, strict=True)) for row in rows.fetchall()]})
    duck.load("rich", **a_rich_world("purchase"))
    duck.build()
    return duck


def test_every_model_means_the_same(
    evaluator: SqlLibrary, duck: Shop, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> None:
    models = compiled(pytestconfig, tmp_path_factory, target="bigquery")
    found = list(meanings(evaluator, models, duck))
    assert {each.table: each.differences[:3] for each in found if each.differences} == {}
    assert sorted(each.table for each in found) == sorted(duck.relations)
    empty = {each.table for each in found if each.rows == 0}
    assert empty == {f"intermediate.{name}" for name in OF_INCREMENTS}
    assert duck.events() > 600
    tell(
        "Google's evaluator",
        "Every model's SQL, as dbt compiles it for BigQuery, computed once more by Google's reference evaluator on "
        "some hundred events, each model from what the evaluator made of its parents; and compared with DuckDB's rows.",
        f"Tables and views compared: {len(found)}. Differences: {sum(len(each.differences) for each in found)}. "
        "Every unit test of dbt gives on the evaluator what it expects.",
    )

"""dbt builds the same on BigQuery as on DuckDB, row for row, whole and in increments, in SQL that is BigQuery's."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from emulator.asking import SqlLibrary
from emulator.start import Emulator
from flows.builds import command
from flows.builds.command import TRANSFORMS
from flows.lake import Lake
from flows.receipts import Built, Changes
from flows.settings import Settings, load_settings
from flows.transform import transform
from flows.warehouse import open_warehouse
from flows.warehouse.bigquery_tables import EVERY_DAY
from tests.bigquery.rich_world import a_rich_world
from tests.bigquery.statements import every_table
from tests.bigquery.twins import Twins, duck_rows
from tests.compiled import compiled
from tests.increments.shop import PART, Shop

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bigquery again")]


def models_that_are(materialized: str) -> set[str]:
    files = (TRANSFORMS / "models").rglob("*.sql")
    return {path.stem for path in files if f"materialized='{materialized}'" in path.read_text()}


FOR_DATES = re.compile(r"select distinct (event|session)_date from")
INCREMENTAL, EPHEMERAL = models_that_are("incremental"), models_that_are("ephemeral")


@dataclass(frozen=True)
class Twice:
    """A shop that was built as a whole, then in part, where the two warehouses differed after each, and what dbt told
    last and what it sent: statements, each with what the job was to be."""

    twins: Twins
    whole: dict[str, list[str]]
    part: dict[str, list[str]]
    built: Built
    sent: list[tuple[str, dict[str, Any]]]


@pytest.fixture(scope="session")
def settings(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load_settings(
        target="bigquery",
        home=tmp_path_factory.mktemp("home"),
        bigquery_endpoint=emulator.endpoint,
        bigquery_project=emulator.project,
        bigquery_dataset_prefix="twins_",
        bigquery_labels="team=data",
    )


@pytest.fixture(scope="session")
def twice(settings: Settings, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Twice:
    """First of two batches as a whole; then one has come that reaches into their days, and one is gone again."""
    duck = Shop(*(compiled(pytestconfig, tmp_path_factory, **told) for told in ({}, PART)))
    twins, world = Twins(duck, settings, tmp_path_factory.mktemp("rows")), a_rich_world()
    events = sorted(world["events"], key=lambda row: row["event_timestamp"])
    late, gone = events[3::4], events[5::7]
    duck.load("first", events=[row for row in events if row not in late], users=world["users"][::2])
    duck.load("gone", events=gone, products=world["products"])
    with sending() as sent:
        twins.build()
        whole = twins.differences()
        duck.load("late", events=late, users=world["users"], products=world["products"][1:])
        duck.remove("gone")
        built = twins.build()
    return Twice(twins, whole, twins.differences(), built, sent)


@contextmanager
def sending(but: str = "no such text") -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """What dbt sends to BigQuery, in order; the emulator's list of jobs has no labels. SQL with the text `but` is kept
    back, and fails for dbt."""
    from dbt.adapters.bigquery.connections import BigQueryConnectionManager as Manager
    from dbt_common.exceptions import DbtRuntimeError

    sent, plain = [], Manager._query_and_results

    def send(self: Any, connection: Any, sql: str, job: dict[str, Any], *rest: Any, **more: Any) -> Any:
        sent.append((sql, job))
        if but in sql:
            raise DbtRuntimeError("kept back")
        return plain(self, connection, sql, job, *rest, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Manager, "_query_and_results", send)
        yield sent


def test_every_model_has_the_same_rows_on_both(twice: Twice) -> None:
    assert twice.whole == {}
    assert twice.part == {}
    assert len(twice.twins.cloud("marts.fct_revenue")) > 3


def test_every_job_is_labelled_and_capped(twice: Twice) -> None:
    assert {(job["labels"]["app"], job["labels"]["team"]) for _, job in twice.sent} == {("shopflow", "data")}
    assert {job["maximum_bytes_billed"] for _, job in twice.sent} == {100 * 10**9}
    assert {"fct_revenue", "a_funnel_never_widens"} <= {job["labels"].get("dbt_node") for _, job in twice.sent}


def test_an_increment_changes_a_table_in_one_job_and_one_transaction(twice: Twice) -> None:
    """Whoever is killed between two jobs leaves each table as it was or as it should be."""
    scripts = [sql for sql, _ in twice.sent if "delete from" in sql]
    shape = r".*create temp table .+begin transaction;\s+delete .+;\s+insert [^;]+;\s+commit transaction\s*"
    assert [sql for sql in scripts if not re.fullmatch(shape, sql, re.DOTALL)] == []
    assert len(scripts) == len(INCREMENTAL)
    made = [sql for sql, _ in twice.sent if "create or replace table" in sql]
    assert all("labels=[('app', 'shopflow'), ('team', 'data')]" in sql for sql in made)


def test_a_table_lies_by_what_its_builds_name(twice: Twice) -> None:
    ways = (
        re.search(
            r"create or replace table `.+`\.`.+`\.`(\w+)`.*?((?:\n +(?:partition|cluster) by \w+)*)\n +OPTIONS",
            sql,
            re.DOTALL,
        )
        for sql, _ in twice.sent
    )
    lies = {way[1]: way[2].split() for way in ways if way}
    assert lies["fct_revenue"] == ["partition", "by", "event_date"]
    assert lies["fct_orders"] == ["cluster", "by", "visitor_id"]
    assert lies["int_visitor_days"] == ["partition", "by", "event_date", "cluster", "by", "visitor_id"]
    assert {name for name, way in lies.items() if way} == INCREMENTAL


def test_a_column_is_described_where_it_is_read(twice: Twice) -> None:
    revenue = twice.twins.jobs.client.get_table(f"{twice.twins.jobs.dataset('marts')}.fct_revenue")
    assert [column.name for column in revenue.schema if not column.description] == []


def test_each_model_and_test_tells_of_its_jobs(twice: Twice) -> None:
    """One each that makes something, and one for each question for dates that another model of the build found."""
    asked = Counter(job["labels"]["dbt_node"] for sql, job in twice.sent if FOR_DATES.search(sql))
    models = {"int_daily_visitors", "int_cohort_days", "fct_active_visitors", "fct_visitor_funnel", "fct_revenue"}
    assert models < asked.keys()
    told = {node.name: node.billed.jobs for node in twice.built.nodes}
    assert told == {name: (name not in EPHEMERAL) + asked[name[:63]] for name in told}  # what a label holds


def test_found_dates_stand_in_the_statements_that_are_built_by_them(twice: Twice) -> None:
    """BigQuery would read every day of a table for `event_date in (select ...)`."""
    assert [sql for sql, _ in twice.sent if re.search(r"_date in\s*\(\s*select", sql)] == []
    (delete,) = (sql for sql, _ in twice.sent if "delete from" in sql and "`int_cohort_days` where" in sql)
    found = twice.twins.jobs.rows("select event_date from intermediate.int_corrected_dates")
    assert len(found) > 1
    assert [row for row in found if f"date '{row['event_date']}'" not in delete] == []


def test_a_backfill_makes_rows_and_models_right_again(twice: Twice, emulator: Emulator, analyzer: SqlLibrary) -> None:
    """Raw is damaged, and so is what was built from it; the twin on DuckDB never was."""
    twins, settings = twice.twins, twice.twins.settings
    lake, now = Lake.of(settings), datetime.now(UTC)
    built = {"marts.fct_orders", "marts.fct_revenue", "intermediate.int_visitor_days"}
    twins.to_lake(lake)
    for damage in (
        f"update raw.events set user_id = 'thief' where {EVERY_DAY} and event_type = 'page_view'",
        f"delete from raw.events where {EVERY_DAY} and event_type = 'purchase'",
        *(f"delete from {relation} where true" for relation in built),
    ):
        twins.jobs.run(damage)
    assert set(twins.differences()) >= built
    with open_warehouse(settings) as warehouse, sending() as sent:
        plan = warehouse.plan_backfill(lake, None, None, None)
        warehouse.begin_backfill(plan, now)
        (chunk,) = plan.chunks
        warehouse.reload(chunk, lake, now)
        transform(settings, Changes(touched_dates=chunk.event_dates, backfilled_dates=chunk.event_dates), "run")
        warehouse.mark_built(Changes(chunks=(chunk,)), "models", now)
    found = twins.differences()  # what the last build was about is another thing on both
    assert {name: told for name, told in found.items() if "int_changed_" not in name} == {}
    assert twins.cloud(f"raw.events where {EVERY_DAY}") == duck_rows(twins.duck, "raw.events")
    tables = every_table(emulator, settings.bigquery_dataset_prefix)
    assert {sql: error for sql, _ in sent if (error := analyzer.check(sql, tables))} == {}


def test_every_unit_test_passes_on_googles_evaluator(twice: Twice, evaluator: SqlLibrary) -> None:
    from dbt.cli.main import dbtRunner

    asked = ["test" if word == "build" else word for word in command("build", twice.twins.settings)[:-2]]
    with sending(but="actual_or_expected") as sent:
        dbtRunner().invoke([*asked, "--select", "test_type:unit"])
    tests = {job["labels"]["dbt_node"]: sql for sql, job in sent if "actual_or_expected" in sql}
    assert len(tests) > 40
    answers = {name: evaluator.rows(sql, {}) for name, sql in tests.items()}
    assert [name for name, rows in answers.items() if _side(rows, "actual") != _side(rows, "expected")] == []


def _side(rows: list[dict[str, object]], side: str) -> Counter[str]:
    theirs = [row | {"actual_or_expected": ""} for row in rows if row["actual_or_expected"] == side]
    return Counter(json.dumps(row, sort_keys=True) for row in theirs)

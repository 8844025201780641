"""The real project through dbt itself: built, tested, told node by node, and the file given back."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from flows.builds import Listener, command, explain, parsed
from flows.builds.command import TRANSFORMS, variables
from flows.errors import BuildFailed
from flows.generate import generate
from flows.land import land
from flows.load import load
from flows.publish import publish
from flows.receipts import Billed, Built, Changes, Node
from flows.settings import Settings, load_settings
from flows.transform import transform, warm
from flows.validate import validate
from flows.warehouse import open_warehouse

pytestmark = pytest.mark.xdist_group("transform")  # one built shop for all of these tests

EVENTS = """
    insert into raw.events by name
    select
        * exclude (told_at), cast(told_at as timestamp) as event_timestamp, cast(told_at as date) as event_date,
        'b1' as batch_id, 'events.csv' as source_file
    from (
        values
            ('e1', 'product_view', 'ann', 'pot', null, null, null, '2025-11-01 23:50:00'),
            ('e2', 'add_to_cart', 'ann', 'pot', 2, 10, 'EUR', '2025-11-01 23:55:00'),
            ('e3', 'purchase', 'ann', 'pot', 2, 10, 'EUR', '2025-11-02 00:05:00'),
            ('e3', 'purchase', 'ann', 'pot', 2, 10, 'EUR', '2025-11-02 00:05:00'),
            ('e4', 'page_view', 'bob', null, null, null, null, '2025-11-02 10:00:00')
    ) as t (event_id, event_type, anonymous_id, product_id, quantity, unit_price, currency, told_at)
"""


def shop(home: Path) -> Settings:
    """Settings of a home whose warehouse holds a few events, and nothing else but empty tables."""
    settings = load_settings(home=home)
    with open_warehouse(settings):
        pass
    with duckdb.connect(settings.warehouse_path) as connection:
        connection.execute(EVENTS)
    return settings


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Built, list[Node]]:
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("SHOPFLOW_")]:
            patch.delenv(name)
        settings, told = shop(tmp_path_factory.mktemp("shop") / "a home; with 'signs' é"), []
        return settings, transform(settings, on_node=told.append), told


def answer(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(settings.warehouse_path) as connection:  # fails while anybody holds the file
        return connection.execute(sql).fetchall()


def test_the_marts_are_built_and_the_file_is_free_again(built):
    settings, _, _ = built
    assert answer(
        settings, "select visitor_id, session_date::text, events, is_converted from marts.fct_sessions order by all"
    ) == [("a:ann", "2025-11-01", 3, True), ("a:bob", "2025-11-02", 1, False)]
    assert answer(settings, "select sum(net_amount)::text from marts.fct_revenue") == [("20.0000",)]


def test_every_node_is_told_as_it_ends_with_its_rows_and_failures(built):
    _, outcome, told = built
    assert list(outcome.nodes) == told
    assert {node.status for node in told} == {"success", "pass"}
    by_name = {node.name: node for node in told}
    assert by_name["fct_daily_engagement"].rows == 2
    assert by_name["stg_repeated_events"].rows == 1
    assert by_name["stg_events"].rows is None, "a view has no rows of its own"
    assert (by_name["a_funnel_never_widens"].kind, by_name["a_funnel_never_widens"].failures) == ("test", 0)
    assert "unit_test" not in {node.kind for node in told}


def test_every_mart_is_there_and_every_artifact_lies_below_the_home(built):
    settings, _, _ = built
    files = {path.stem for path in (TRANSFORMS / "models" / "marts").glob("*.sql")}
    found = answer(settings, "select table_name from information_schema.tables where table_schema = 'marts'")
    assert {name for (name,) in found} == files
    assert (settings.dbt_target_path / "compiled").is_dir()
    assert not (TRANSFORMS / "target").exists()


@pytest.mark.slow
def test_a_second_build_replaces_everything_and_changes_nothing(built):
    settings, _, _ = built
    before = answer(settings, "from marts.fct_sessions order by all")
    transform(settings)
    assert answer(settings, "from marts.fct_sessions order by all") == before


LATER = """
    insert into raw.events by name
    select * replace ('b2' as batch_id, event_id || 'b' as event_id, 'eve' as anonymous_id)
    from raw.events
    where batch_id = 'b1' and (event_date = '2025-11-02' or event_type = 'add_to_cart')
"""


@pytest.mark.slow
def test_what_a_build_in_part_made_anew_is_recorded_and_brought_to_an_earlier_copy(tmp_path):
    settings = shop(tmp_path / "home").model_copy(update={"serving_copies": 1})
    transform(settings)
    first = publish(settings)
    assert answer(settings, "from ops.rebuilt") == [], "of a build of everything there is nothing to record"
    with duckdb.connect(settings.warehouse_path) as connection:
        connection.execute(LATER)
    transform(settings, Changes(("b2",), (date(2025, 11, 1), date(2025, 11, 2))))
    in_part = {
        node.name
        for node in parsed(settings).nodes.values()
        if node.resource_type == "model" and node.schema == "marts" and node.config.meta
    }
    recorded = answer(settings, "select mart, key_name, key_value from ops.rebuilt where key_value is not null")
    assert {mart for (mart,) in answer(settings, "select mart from ops.rebuilt")} == in_part
    assert [row for row in sorted(recorded) if row[0] in ("fct_orders", "fct_sessions")] == [
        ("fct_orders", "visitor_id", "a:ann"),
        ("fct_orders", "visitor_id", "a:eve"),
        ("fct_sessions", "session_date", "2025-11-01"),
        ("fct_sessions", "session_date", "2025-11-02"),
    ]
    second = publish(settings)
    assert second.rows["fct_sessions"] == first.rows["fct_sessions"] + 2
    with duckdb.connect(settings.warehouse_path) as connection:
        connection.execute(f"attach '{second.path}' as copy (read_only)")
        for mart in second.rows:
            assert (
                connection.execute(f"from copy.marts.{mart} order by all").fetchall()
                == connection.execute(f"from marts.{mart} order by all").fetchall()
            )
    transform(settings)
    assert answer(settings, "from ops.rebuilt") == answer(settings, "from ops.publications") == []


@pytest.mark.slow
def test_a_failing_model_is_one_sentence_with_its_sql_and_the_others_are_told(tmp_path):
    settings = shop(tmp_path / "home")
    with duckdb.connect(settings.warehouse_path) as connection:
        connection.execute("alter table raw.products rename column brand to make")
    with pytest.raises(BuildFailed, match=r"^model stg_products: .*brand.* nodes failed, \d+ skipped") as raised:
        transform(settings)
    sql_at = Path(str(raised.value).partition("its SQL is in ")[2].rstrip(")"))
    assert "brand" in sql_at.read_text()
    assert {node.status for node in raised.value.nodes} == {"success", "pass", "error", "skipped"}
    assert answer(settings, "select count(*) from raw.events") == [(5,)]


def test_a_day_that_is_not_the_events_own_breaks_an_identity_and_so_the_build(tmp_path):
    settings = shop(tmp_path / "home")
    with duckdb.connect(settings.warehouse_path) as connection:
        connection.execute("update raw.events set event_date = date '2025-10-01' where event_id = 'e3'")
    with pytest.raises(BuildFailed, match=r"^test no_session_outlives_the_day_after_its_start: Got 1 result"):
        transform(settings)


def test_the_project_is_parsed_once_whoever_asks_first(built):
    settings, _, _ = built
    before = parsed(settings)
    warm(settings)
    assert parsed(settings.model_copy(update={"threads": 7})) is before


def test_the_command_says_where_everything_lies_and_asks_for_no_unit_test():
    settings = load_settings(home=Path("/shop"), threads=3, memory_limit="2GB", reporting_timezone="Europe/Berlin")
    arguments = command("build", settings)
    assert arguments[arguments.index("build") + 1 :][-2:] == ["--exclude-resource-type", "unit_test"]
    assert arguments[arguments.index("--target-path") + 1] == "/shop/dbt"
    touched = command("build", settings, Changes(("b1",), (date(2025, 11, 3),)))
    assert json.loads(touched[touched.index("--vars") + 1])["touched_dates"] == ["2025-11-03"]
    assert "touched_dates" not in "".join(command("build", settings, Changes(("b1",), is_whole=True)))
    assert "--exclude-resource-type" not in command("parse", settings)
    told = {"home": "/shop", "threads": "3", "memory_limit": "1600MB", "reporting_timezone": "Europe/Berlin"}
    assert variables(settings) == told


def finished(**result: Any) -> Any:
    place = SimpleNamespace(relation_name="marts.fct_orders")
    info = SimpleNamespace(node_name="fct_orders", resource_type="model", materialized="table", node_relation=place)
    told = {"status": "error", "execution_time": 0.5, "message": "no such\n  table", "num_failures": None}
    result = told | {"adapter_response": {}} | result
    data = SimpleNamespace(node_info=info, run_result=SimpleNamespace(**result))
    return SimpleNamespace(info=SimpleNamespace(name="NodeFinished"), data=data)


def test_a_listener_that_fails_does_not_fail_the_build():
    def refuse(node: Node) -> None:
        raise RuntimeError(node.name)

    listener = Listener(refuse, lambda relation: None)
    listener(finished())
    listener(SimpleNamespace(info=SimpleNamespace(name="NodeStart")))
    assert listener.nodes == [Node("fct_orders", "model", "error", 0.5, message="no such table")]


def test_a_node_tells_what_its_job_was_billed_where_there_is_one():
    listener = Listener(None, lambda relation: 7)
    bill = {"job_id": "j", "bytes_billed": 10485760.0, "slot_ms": 1234.0}
    ended = {"status": "success", "message": None}
    listener(finished(**ended, adapter_response=bill | {"rows_affected": 5.0}))
    listener(finished(**ended, adapter_response={"job_id": "k"}))
    listener(finished(**ended))
    assert [(node.rows, node.billed) for node in listener.nodes] == [
        (5, Billed(1, 10485760, 1234)),
        (7, Billed(1, 0, 0)),
        (7, Billed()),
    ]


def test_what_a_node_asked_beside_its_job_is_on_its_bill():
    listener = Listener(None, lambda relation: 7)
    for node in ("fct_orders", "fct_orders", "fct_revenue"):
        told = SimpleNamespace(msg='asked beside: {"bytes_billed": 10, "slot_ms": null}', node_info=node_called(node))
        listener(SimpleNamespace(info=SimpleNamespace(name="JinjaLogDebug"), data=told))
    bill = {"job_id": "j", "bytes_billed": 100.0, "slot_ms": 5.0}
    listener(finished(status="success", message=None, adapter_response=bill))
    listener(finished(status="success", message=None, adapter_response=bill))
    assert [node.billed for node in listener.nodes] == [Billed(3, 120, 5), Billed(1, 100, 5)]


def node_called(name: str) -> Any:
    return SimpleNamespace(node_name=name)


@pytest.mark.slow
def test_a_project_of_bigquery_is_parsed_for_each_place():
    """Names of tables are in it: two prefixes in one process must not meet in one another's datasets."""
    places = [load_settings(target="bigquery", bigquery_endpoint="http://x", bigquery_dataset_prefix=p) for p in "ab"]
    names = [parsed(place).nodes["model.shopflow.fct_revenue"].relation_name for place in places]
    assert names == ["`emulated`.`amarts`.`fct_revenue`", "`emulated`.`bmarts`.`fct_revenue`"]
    source = parsed(places[0]).sources["source.shopflow.raw.events"]
    assert source.relation_name == "`emulated`.`araw`.`events`"


def test_a_failure_without_a_failed_node_is_told_in_dbts_words():
    outcome = SimpleNamespace(result=None, exception=ValueError("two\n  lines"))
    assert explain(outcome, []) == "dbt could not build: two lines"


def test_an_interrupt_is_no_failed_build(built, monkeypatch):
    from dbt.cli.main import dbtRunner

    settings, _, _ = built
    stopped = SimpleNamespace(success=False, exception=KeyboardInterrupt(), result=None)
    monkeypatch.setattr(dbtRunner, "invoke", lambda self, arguments: stopped)
    with pytest.raises(KeyboardInterrupt):
        transform(settings)


@pytest.mark.slow
def test_dbt_by_hand_sees_the_same_warehouse_and_every_unit_test_passes(built):
    settings, _, _ = built
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SHOPFLOW_")}
    finished = subprocess.run(
        [
            *(Path(sys.executable).with_name("dbt"), "build"),
            *("--target-path", settings.home / "by_hand", "--log-path", settings.home / "by_hand" / "logs"),
        ],
        cwd=TRANSFORMS,
        env=environment | {"SHOPFLOW_HOME": str(settings.home), "SHOPFLOW_MEMORY_LIMIT": "500MB"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout
    assert "unit_test" in finished.stdout


@pytest.mark.slow
def test_a_build_in_slices_makes_the_rows_of_a_build_in_one(tmp_path, monkeypatch):
    settings = load_settings(home=tmp_path / "home")
    generate(tmp_path / "shop", events=20_000, days=50, defects=("duplicate",))
    load(validate(land([tmp_path / "shop"], settings), settings), settings)

    def rows() -> dict[str, list[tuple[Any, ...]]]:
        tables = answer(settings, "from duckdb_tables() select schema_name || '.' || table_name order by all")
        names = [name for (name,) in tables if name.startswith(("staging.", "intermediate.", "marts."))]
        return {name: answer(settings, f"from {name} order by all") for name in names}

    transform(settings)
    in_one = rows()

    def small_slices(*asked: Any, **given: Any) -> list[str]:
        arguments = command(*asked, **given)
        place = arguments.index("--vars") + 1
        arguments[place] = json.dumps(json.loads(arguments[place]) | {"events_in_slice": 1500})
        return arguments

    monkeypatch.setattr("flows.transform.command", small_slices)
    transform(settings)
    assert rows() == in_one
    dates = [day for (day,) in answer(settings, "select session_date from intermediate.int_sessions order by rowid")]
    assert len(in_one["intermediate.int_sessions"]) > 1000
    assert dates == sorted(dates), "sessions lie in the order of their days"
    compiled = settings.dbt_target_path / "run/shopflow/models/intermediate/int_sessions.sql"
    assert "insert into" in compiled.read_text(), "there was more than one slice"

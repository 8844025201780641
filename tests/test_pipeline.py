"""The whole story on a real Prefect server: a small shop with faults in it, from event files to KPIs."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows import serving
from flows.builds import fingerprint
from flows.builds.command import TRANSFORMS
from flows.errors import BuildFailed, ContractBroken
from flows.generate import generate
from flows.receipts import Check
from flows.server import Server
from flows.settings import Settings, load_settings
from flows.summary import lines
from flows.warehouse import open_warehouse
from tests.asked import asked
from tests.ran import Ran

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]

STEPS = ["land", "validate", "judge", "load", "transform", "publish"]


Run = Callable[..., Ran]
Ask = Callable[..., Any]
World = tuple[Settings, Path]


@pytest.fixture(scope="module")
def run(run_flow: Run) -> Run:
    """Run the pipeline in this process, on a home, against the session's server."""
    from flows.pipeline import pipeline

    def run(settings: Settings, *source: Path, **parameters: Any) -> Ran:
        return run_flow(pipeline, settings, source=[str(path) for path in source] or None, **parameters)

    return run


@pytest.fixture(scope="module")
def ask(prefect_server: Server) -> Ask:
    """Ask the server's API for what belongs to a run, until it is there."""

    def asks(path: str, run: Ran, is_there: Callable[[Any], bool] = bool) -> Any:
        body = {
            "flow_runs": {"id": {"any_": [run.story.run_id]}},
            "logs": {"flow_run_id": {"any_": [run.story.run_id]}},
        }
        for _ in range(200):  # task runs and logs come in batches, a second or two after the run
            if is_there(found := asked(prefect_server, path, body)):
                break
            threading.Event().wait(0.1)
        return found

    return asks


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of 2,000 events over four days, and some rows that are refused or folded."""
    out = tmp_path_factory.mktemp("shop") / "files"
    generate(out, events=2_000, days=4, defects=["negative_price", "duplicate"])
    return out


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load_settings(home=tmp_path_factory.mktemp("home") / "it's a shop; ü")


@pytest.fixture(scope="module")
def first(run: Run, home: Settings, shop: Path) -> Ran:
    """The first run of the shop's files."""
    return run(home, shop)


@pytest.fixture(scope="module")
def again(run: Run, home: Settings, shop: Path, first: Ran) -> Ran:
    """The same files once more."""
    return run(home, shop)


@pytest.fixture
def yesterday(first: Ran, home: Settings, tmp_path: Path) -> World:
    """A copy of the home after its first run, and files that are new to it."""
    copy = load_settings(home=tmp_path / "home")
    shutil.copytree(home.home, copy.home, symlinks=True)
    fresh = tmp_path / "fresh"
    generate(fresh, events=300, days=2, seed=8, start=date(2025, 11, 5))
    return copy, fresh


def test_a_run_with_refused_rows_does_everything_and_is_degraded(first: Ran) -> None:
    assert (first.state.type.value, first.state.name) == ("COMPLETED", "Degraded")
    assert "rows refused" in first.state.message
    assert first.steps == [*STEPS, "run"]
    assert {receipt.verdict for receipt in first.story.receipts} <= {"ok", "degraded"}


def test_each_step_is_a_task_with_its_outcome_as_its_message(first: Ran, ask: Ask) -> None:
    tasks = ask("task_runs", first, lambda found: [task["state_type"] for task in found] == ["COMPLETED"] * len(STEPS))
    batch_id = first.story.batch_id
    found = {task["name"]: (task["state_name"], task["state"]["message"]) for task in tasks}
    assert set(found) == {"land", *(f"{step} {batch_id}" for step in STEPS[1:])}
    state, message = found[f"validate {batch_id}"]
    assert state == "Degraded"
    assert message.startswith("2,")
    assert "rows read" in message


def test_every_receipt_is_in_the_warehouse_and_those_before_publishing_are_in_the_copy(
    first: Ran, home: Settings
) -> None:
    with open_warehouse(home, read_only=True) as warehouse:
        stored = warehouse.receipts(first.story.run_id)
    assert [receipt.step for receipt in stored] == first.steps
    assert stored == first.story.receipts
    validate = stored[1]
    assert validate.rows_in == (validate.rows_out or 0) + (validate.quarantined or 0) + (validate.duplicates or 0)
    published = query(home, f"select step from ops.receipts where run_id = '{first.story.run_id}'")
    assert [step for (step,) in published] == STEPS[:-1]


def test_the_artifacts_of_a_run_are_in_the_ui(first: Ran, ask: Ask) -> None:
    found = {artifact["key"]: artifact["data"] for artifact in ask("artifacts", first)}
    assert set(found) == {"summary", "receipts", "dbt-nodes", "contract-checks", "refused-rows"}
    nodes = json.loads(found["dbt-nodes"])
    assert {node["name"] for node in nodes} >= {"stg_events", "int_sessions", "fct_sessions", "dim_users"}
    assert list(nodes[0]) == ["status", "kind", "seconds", "rows", "failures", "name", "message"]
    assert json.loads(found["refused-rows"]) == [
        {"reason": "events.unit_price: negative", "rows": first.story.validated.reasons["events.unit_price: negative"]}
    ]
    assert found["summary"].startswith(f"# Batch {first.story.batch_id}: degraded")
    assert "| **Visitors** |" in found["summary"]


def test_the_log_has_a_line_for_every_model(first: Ran, ask: Ask) -> None:
    models = {node.name for node in first.story.nodes if node.kind == "model"}
    told = [
        line["message"]
        for line in ask("logs", first, lambda found: any(line["message"].startswith("run:") for line in found))
    ]
    assert {line.split(":")[0].removeprefix("model ") for line in told if line.startswith("model ")} == models


def test_the_kpis_are_those_of_the_published_marts(first: Ran, home: Settings) -> None:
    kpis = first.story.kpis
    assert kpis is not None
    ((sessions, visitors, events),) = query(
        home, "select count(*), count(distinct visitor_id), sum(events) from marts.fct_sessions"
    )
    ((net,),) = query(home, "select sum(net_amount) from marts.fct_orders")
    assert (kpis.sessions, kpis.visitors) == (sessions, visitors)
    assert events == 2_000
    assert sum(revenue.net_amount for revenue in kpis.revenue) == net
    assert list(kpis.funnel.values()) == sorted(kpis.funnel.values(), reverse=True)


def test_the_same_files_again_change_nothing_and_the_run_says_so(again: Ran, first: Ran, home: Settings) -> None:
    assert (again.state.name, again.state.message.split(":")[0]) == ("Completed", "nothing new")
    assert again.steps == ["land", "validate", "judge", "load", "run"]
    assert again.story.loaded is not None
    assert not again.story.loaded.is_new
    assert again.story.kpis == first.story.kpis
    assert [copy.stem for copy in serving.versions(home)] == [first.story.published.version]


def test_a_full_refresh_builds_and_publishes_without_anything_new(
    again: Ran, run: Run, shop: Path, yesterday: World
) -> None:
    home, _ = yesterday
    refreshed = run(home, shop, full_refresh=True)
    assert refreshed.steps == [*STEPS, "run"]
    assert refreshed.story.kpis == again.story.kpis


def test_a_contract_marked_stop_fails_the_run_before_anything_is_loaded(
    run: Run, yesterday: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, fresh = yesterday
    before = serving.current(home)
    monkeypatch.setattr("flows.contracts.judge", lambda *_: (Check("events", "rows", "stop", False, "0"),))
    ran = run(home, fresh)
    assert (ran.state.type.value, ran.steps) == ("FAILED", ["land", "validate", "judge", "run"])
    assert ran.state.message == "1 check of the contracts did not pass, nothing was loaded: events: rows (measured: 0)"
    with pytest.raises(ContractBroken):
        ran.state.result()
    assert serving.current(home) == before
    with open_warehouse(home, read_only=True) as warehouse:
        assert len(warehouse.query("from ops.batches")) == 1
        assert [r.verdict for r in warehouse.receipts(ran.story.run_id)] == ["ok", "ok", "failed", "failed"]


def test_a_failed_dbt_test_keeps_yesterdays_copy_and_the_next_run_finishes_the_job(
    run: Run, yesterday: World, ask: Ask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home, fresh = yesterday
    before = serving.current(home)
    faulty = tmp_path / "transforms"
    shutil.copytree(TRANSFORMS, faulty, ignore=shutil.ignore_patterns("target", "logs"))
    (faulty / "tests" / "no_shop_has_sessions.sql").write_text("select * from {{ ref('fct_sessions') }}")
    with monkeypatch.context() as patch:
        patch.setattr(import_module("flows.builds.command"), "TRANSFORMS", faulty)
        patch.setattr(import_module("flows.builds.project"), "_parsed", {})  # the project is parsed once per process
        ran = run(home, fresh)
    assert (ran.state.type.value, ran.steps) == ("FAILED", [*STEPS[:5], "run"])
    assert ran.state.message.startswith("test no_shop_has_sessions: ")
    with pytest.raises(BuildFailed):
        ran.state.result()
    assert serving.current(home) == before
    shown = {artifact["key"]: artifact["data"] for artifact in ask("artifacts", ran)}
    nodes, rows = json.loads(shown["dbt-nodes"]), json.loads(shown["failing-rows"])
    assert (nodes[0]["name"], nodes[0]["status"]) == ("no_shop_has_sessions", "fail")
    assert nodes[0]["failures"] > 0
    assert {(row["test"], row["failing rows"]) for row in rows} == {("no_shop_has_sessions", nodes[0]["failures"])}
    sessions = {row[0] for row in query(home, "select unnest([session_id, visitor_id]) from marts.fct_sessions")}
    assert len(rows) == 5
    assert [session for session in sessions if session in shown["failing-rows"]] == []

    mended = run(home, fresh)
    assert mended.story.loaded is not None
    assert not mended.story.loaded.is_new, "the rows were loaded by the run that failed"
    assert mended.steps == [*STEPS, "run"]
    assert serving.current(home) != before
    with open_warehouse(home, read_only=True) as warehouse:
        assert not warehouse.pending(fingerprint())


def test_a_file_that_cannot_be_used_beside_one_that_can_makes_the_run_degraded(run: Run, yesterday: World) -> None:
    home, fresh = yesterday
    empty = fresh / "events-empty.csv"
    empty.touch()
    ran = run(home, fresh)
    assert (ran.state.type.value, ran.state.name) == ("COMPLETED", "Degraded")
    assert ran.state.message.startswith("1 file could not be used")
    assert [file.path for file in ran.story.batch.refused_files] == [str(empty)]
    assert ran.story.receipts[0].verdict == "degraded"


def test_an_error_that_nobody_foresaw_fails_the_run_and_leaves_its_receipt(
    run: Run, yesterday: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, fresh = yesterday
    monkeypatch.setattr("flows.load.load", lambda *_: 1 / 0)
    ran = run(home, fresh)
    assert ran.state.type.value == "FAILED"
    assert "ZeroDivisionError" in ran.state.message
    with open_warehouse(home, read_only=True) as warehouse:
        stored = warehouse.receipts(ran.story.run_id)
    assert [(receipt.step, receipt.verdict) for receipt in stored[-2:]] == [("load", "failed"), ("run", "failed")]
    assert stored[-2].detail["error"] == "ZeroDivisionError"


def test_receipts_that_cannot_be_stored_do_not_fail_the_run(
    run: Run, yesterday: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, fresh = yesterday
    monkeypatch.setattr("flows.warehouse.duck.DuckWarehouse.record", lambda *_: 1 / 0)
    assert run(home, fresh).state.type.value == "COMPLETED"


def test_the_public_sample_comes_out_as_it_is_known(run: Run, tmp_path: Path, rees46_sample: Path) -> None:
    ran = run(load_settings(home=tmp_path / "home"), rees46_sample)
    kpis = ran.story.kpis
    assert ran.state.type.value == "COMPLETED", ran.state.message
    assert dict(lines(ran.story))["Rows"] == "17,435 read = 17,429 accepted + 1 refused + 5 duplicates"
    assert kpis is not None
    assert (kpis.visitors, kpis.sessions) == (4504, 4518)
    assert [(revenue.currency, str(revenue.gross_amount)) for revenue in kpis.revenue] == [(None, "59442.6300")]
    assert kpis.funnel == {"view": 4504, "cart": 111, "checkout": 62, "purchase": 62}


def query(home: Settings, sql: str) -> list[tuple[Any, ...]]:
    """Rows of the current serving copy."""
    copy = serving.current(home)
    assert copy is not None
    with duckdb.connect(str(copy), read_only=True) as connection:
        return connection.execute(sql).fetchall()

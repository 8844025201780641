"""Dates are rebuilt from the lake: marts are those of what it holds, and readers see the old ones or the new ones."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows import serving
from flows.backfill import backfill
from flows.chunks import chunks_of
from flows.commands.plan import show_plan
from flows.errors import BackfillRefused, LedgerError
from flows.lake import Lake
from flows.pipeline import pipeline
from flows.receipts import Receipt
from flows.remove import remove
from flows.server import Server
from flows.settings import PROJECT, Settings, load_settings
from flows.story import Listener, listening
from flows.warehouse import open_warehouse
from tests.ran import Ran
from tests.tables import rows_of_marts

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]

RunFlow = Callable[..., Ran]
Files = dict[str, bytes]
HEADER = "event_id,event_type,event_timestamp,user_id,product_id,quantity,unit_price,currency\n"
VIEW = "v{0},page_view,2025-11-0{1}T10:00:00Z,u{0},,,,\n"
SALE = "s{0},purchase,2025-11-0{1}T10:10:00Z,u{0},p1,1,9.99,EUR\n"
DAMAGE = """
    delete from raw.events where event_date = '2025-11-02' and event_type = 'purchase';
    update raw.events set user_id = 'thief' where event_date = '2025-11-03';
    insert into raw.events select * replace ('stranger' as user_id, 'x' as event_id) from raw.events
    where event_date = '2025-11-05' limit 1;
"""


def shop_file(folder: Path, name: str, user: int, *days: int) -> Path:
    path = folder / f"{name}.csv"
    path.write_text(HEADER + "".join(line.format(user, day) for day in days for line in (VIEW, SALE)))
    return path


@dataclass(frozen=True)
class Shop:
    """A shop of two batches, made once: the rows of its marts as they should be, its files, and two homes to copy."""

    rows: dict[str, list[tuple[Any, ...]]]
    files: tuple[Path, Path]
    damaged: Path  # somebody has written into raw since the marts were published
    published: Path  # and marts that were built like that are published, too

    def put(self, settings: Settings, home: Path) -> None:
        shutil.copytree(home, settings.home, symlinks=True)


@pytest.fixture(scope="module")
def shop(run_flow: RunFlow, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("shop")
    settings = load_settings(home=folder / "home")
    files = shop_file(folder, "batch1", 1, 1, 2, 3, 5), shop_file(folder, "batch2", 2, 2, 3, 4, 5)
    for file in files:
        run_flow(pipeline, settings, source=[str(file)])
    rows = rows_of_marts(settings)
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        connection.execute(DAMAGE)
    shutil.copytree(settings.home, folder / "damaged", symlinks=True)
    run_flow(pipeline, settings, source=[str(files[0])], full_refresh=True)
    assert rows_of_marts(settings) != rows
    return Shop(rows, files, folder / "damaged", settings.home)


def test_marts_are_those_of_the_lake_again_whatever_raw_held(run_flow: RunFlow, settings: Settings, shop: Shop) -> None:
    shop.put(settings, shop.published)
    ran = run_flow(backfill, settings, first="2025-11-02", last="2025-11-05", days_per_chunk=2)

    assert ran.state.is_completed()
    assert ran.steps == ["plan", "reload", "reload", "transform", "transform", "test", "publish", "run"]
    assert rows_of_marts(settings) == shop.rows
    assert raw_is_lake(settings)
    with open_warehouse(settings) as warehouse:
        assert warehouse.query("select count(*) as n from removed.events") == [{"n": 0}]
        assert not warehouse.pending(ran.story.models)
    assert [receipt.detail.get("about") for receipt in ran.story.receipts if receipt.step == "reload"] == [
        "chunk 1 of 2: 2025-11-02 to 2025-11-03",
        "chunk 2 of 2: 2025-11-04 to 2025-11-05",
    ]


KILLED = """
import os, signal, sys
from flows.story import Listener, listening
class Killer(Listener):
    def __init__(self, step, times): self.step, self.times = step, times
    def step_ended(self, receipt):
        self.times -= receipt.step == self.step
        if self.times == 0: os.kill(os.getpid(), signal.SIGKILL)
sys.argv[0] = "shopflow"
step, times = sys.argv.pop(1), int(sys.argv.pop(1))
from flows.cli import main
with listening(Killer(step, times)):
    main()
"""


@pytest.mark.parametrize(
    ("step", "times", "then"),
    [("plan", 1, "run"), ("reload", 1, "backfill"), ("transform", 1, "run"), ("test", 1, "backfill")],
)
def test_killed_after_a_step_it_shows_nothing_and_whatever_runs_next_carries_it_on(
    run_flow: RunFlow,
    prefect_server: Server,
    settings: Settings,
    shop: Shop,
    tmp_path: Path,
    step: str,
    times: int,
    then: str,
) -> None:
    shop.put(settings, shop.damaged)
    copy, before = serving.current(settings), rows_of_marts(settings)
    environment = {
        **os.environ,
        "PYTHONPATH": str(PROJECT),
        "SHOPFLOW_HOME": str(settings.home),
        "PREFECT_API_URL": prefect_server.api_url,
    }
    command = [
        sys.executable,
        "-c",
        KILLED,
        step,
        str(times),
        "backfill",
        "--from",
        "2025-11-02",
        "--days-per-chunk",
        "2",
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert (serving.current(settings), rows_of_marts(settings)) == (copy, before)
    with pytest.raises(BackfillRefused, match="the backfill of 2025-11-02 to 2025-11-05 is not finished"):
        plan_of(settings, "2025-11-01", "2025-11-02")

    if then == "backfill":
        ran = run_flow(backfill, settings)
        expected = shop.rows
    else:
        sources = [*shop.files, shop_file(tmp_path, "third", 3, 1, 3, 6)]
        ran = run_flow(pipeline, settings, source=[str(sources[2])])
        whole = load_settings(home=tmp_path / "whole")
        run_flow(pipeline, whole, source=[str(source) for source in sources])
        expected = rows_of_marts(whole)

    assert ran.state.is_completed()
    assert ran.steps.count("reload") == {"plan": 2, "reload": 1}.get(step, 0)
    assert rows_of_marts(settings) == expected
    assert raw_is_lake(settings)


def test_readers_see_the_marts_from_before_or_those_of_the_lake(
    run_flow: RunFlow, settings: Settings, shop: Shop
) -> None:
    shop.put(settings, shop.published)
    before, seen = rows_of_marts(settings), []

    class Reader(Listener):
        def step_ended(self, receipt: Receipt) -> None:
            seen.append((receipt.step, rows_of_marts(settings)))

    with listening(Reader()):
        run_flow(backfill, settings, days_per_chunk=2)

    assert before != shop.rows
    assert [step for step, rows in seen if rows == before] == ["plan", *["reload"] * 3, *["transform"] * 3, "test"]
    assert [step for step, rows in seen if rows == shop.rows] == ["publish", "run"]


def test_a_batch_that_is_removed_before_its_days_are_reloaded_leaves_nothing(
    run_flow: RunFlow, settings: Settings, shop: Shop, tmp_path: Path
) -> None:
    shop.put(settings, shop.damaged)
    with open_warehouse(settings) as warehouse:
        plan = warehouse.plan_backfill(Lake(settings.lake_folder), None, None, None)
        warehouse.begin_backfill(plan, datetime.now(UTC))
        (second,) = warehouse.query("select batch_id from ops.batches order by loaded_at desc limit 1")
    assert run_flow(remove, settings, batch=second["batch_id"]).state.is_completed()
    first = load_settings(home=tmp_path / "first")
    run_flow(pipeline, first, source=[str(shop.files[0])])
    assert rows_of_marts(settings) == rows_of_marts(first)


def test_what_cannot_be_rebuilt_is_one_sentence_and_changes_nothing(
    run_flow: RunFlow, settings: Settings, shop: Shop
) -> None:
    shop.put(settings, shop.damaged)
    for dates, told in {
        ("2025-11-03", "2025-11-02"): "the dates end before they begin",
        (
            "2025-10-01",
            "2025-10-31",
        ): "no events from 2025-10-01 to 2025-10-31: those that were loaded are of 2025-11-01",
        ("2999-01-01", None): "2999-01-01 has not come yet",
        ("yesterday", None): "no date: 'yesterday'",
    }.items():
        with pytest.raises(BackfillRefused, match=told):
            plan_of(settings, *dates)
    ran = run_flow(backfill, settings, first="2025-10-01", last="2025-10-31")
    with pytest.raises(BackfillRefused, match="no events from 2025-10-01"):
        ran.state.result()
    assert ran.steps == ["plan", "run"]
    with open_warehouse(settings) as warehouse:
        assert warehouse.query("select count(*) as n from ops.backfills") == [{"n": 0}]


@pytest.mark.parametrize("how", ["lost", "shorter", "cut off"])
def test_a_file_that_the_lake_lacks_or_that_holds_other_rows_stops_it_before_anything_is_changed(
    run_flow: RunFlow, settings: Settings, shop: Shop, how: str
) -> None:
    shop.put(settings, shop.damaged)
    file = next(Lake(settings.lake_folder).accepted("events").iterdir())
    told = f"it brought 8 events, but {file} holds 3"
    if how == "lost":
        file.unlink()
        told = f"the lake lacks {file}"
    elif how == "cut off":
        file.write_bytes(file.read_bytes()[:-9])
        told = f"{file} of the lake is damaged"
    else:
        duckdb.execute(f"copy (from read_parquet('{file}') limit 3) to '{file}.new' (format parquet)")
        Path(f"{file}.new").replace(file)
    ran = run_flow(backfill, settings)
    with pytest.raises(LedgerError, match=told):
        ran.state.result()
    assert ran.steps == ["plan", "run"]
    with pytest.raises(LedgerError, match=told):
        plan_of(settings)


def test_a_dry_run_says_what_would_be_read_and_rewritten_and_changes_nothing(
    settings: Settings, shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.put(settings, shop.damaged)
    before = files_of(settings)
    monkeypatch.setenv("SHOPFLOW_HOME", str(settings.home))
    monkeypatch.setenv("COLUMNS", "200")
    show_plan("2025-11-02", "2025-11-04", 2)
    told = capsys.readouterr().out
    assert files_of(settings) == before
    rows = [line.split() for line in told.splitlines()]
    assert [row[:6] + row[-2:] for row in rows if row[1:2] == ["of"]] == [
        ["1", "of", "2", "2025-11-02", "to", "2025-11-03", "8", "6"],
        ["2", "of", "2", "2025-11-04", "to", "2025-11-04", "2", "2"],
    ]
    assert "fct_funnel: 2025-11-01 to 2025-11-06\n" in told
    assert "fct_orders: every visitor of these days\n" in told
    for file in Lake(settings.lake_folder).accepted("events").iterdir():
        assert f"  {file}\n" in told


def plan_of(settings: Settings, first: str | None = None, last: str | None = None) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOPFLOW_HOME", str(settings.home))
        show_plan(first, last, None)


def raw_is_lake(settings: Settings) -> bool:
    lake = f"read_parquet('{Lake(settings.lake_folder).accepted('events')}/*.parquet')"
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as connection:
        columns = "event_id, event_date, user_id, event_type, batch_id"
        raw, told = (
            connection.execute(f"select {columns} from {table} order by all").fetchall()
            for table in ("raw.events", lake)
        )
    return raw == told


def files_of(settings: Settings) -> Files:
    return {str(path): path.read_bytes() for path in sorted(settings.home.rglob("*")) if path.is_file()}


def test_a_chunk_holds_no_more_events_than_it_may_unless_one_day_has_more() -> None:
    days = {
        date(2025, 11, 1): 9_000_000,
        date(2025, 11, 2): 2_000_000,
        date(2025, 11, 3): 70_000_000,
        date(2025, 11, 4): 0,
    }
    told = [[day.day for day in chunk.event_dates] for chunk in chunks_of("b", days)]
    assert told == [[1], [2], [3], [4]]
    assert [len(chunk.event_dates) for chunk in chunks_of("b", days, 3)] == [3, 1]

"""`shopflow status` and `shopflow settings` print paths and names as they are."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows import serving
from flows.commands.settings import show_settings
from flows.commands.status import show_status
from flows.errors import LedgerError
from flows.receipts import Receipt
from flows.settings import Settings, load_settings
from flows.warehouse import open_warehouse

HOLD = """
import sys
from flows.lock import locked
from flows.settings import load_settings
from flows.warehouse import open_warehouse
settings = load_settings()
with locked(settings), open_warehouse(settings):
    print("holding", flush=True)
    sys.stdin.readline()
"""

NOON = datetime(2025, 11, 1, 12, tzinfo=UTC)


@pytest.fixture(params=["k[/old]", "k[old]", "k:cat:"])
def home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose name rich would read as markup: an end of nothing, a style, an emoji."""
    home = tmp_path / request.param
    monkeypatch.setenv("SHOPFLOW_HOME", str(home))
    monkeypatch.setenv("PREFECT_API_URL", "")
    monkeypatch.setenv("COLUMNS", "300")
    return home


def test_a_home_with_brackets_is_printed_as_it_is_written(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Regression: `k[old]` was printed as `k`, and `k[/old]` ended in a traceback."""
    show_settings()
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("SHOPFLOW_HOME ")]
    assert line.split()[1] == str(home)
    settings = load_settings()
    with serving.draft(settings, NOON) as draft:
        draft.touch()
    copy = home / "serving" / draft.name.removeprefix(".draft-")
    serving.make_current(settings, copy)
    show_status()
    assert f"serving copy    {copy}\n" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["export[/x].csv", "export[x].csv", "export:x:.csv"])
def test_the_last_run_names_a_file_as_it_is_called(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Regression: after a run that could not read `export[/x].csv`, the status was a traceback."""
    monkeypatch.setenv("SHOPFLOW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PREFECT_API_URL", "")
    monkeypatch.setenv("COLUMNS", "300")
    failed = Receipt("r", None, "land", NOON, 0.1, "failed", detail={"message": f"{name} does not exist"})
    with open_warehouse(load_settings()) as warehouse:
        warehouse.record([failed])
    show_status()
    assert f" {name} does not exist" in capsys.readouterr().out


def test_the_status_does_nothing_to_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHOPFLOW_HOME", str(tmp_path / "\x1b[2Jhome"))
    monkeypatch.setenv("PREFECT_API_URL", "")
    monkeypatch.setenv("COLUMNS", "300")
    failed = Receipt("r", None, "load", NOON, 0.1, "failed", detail={"message": "no \x1b[2J"})
    with open_warehouse(load_settings()) as warehouse:
        warehouse.record([failed])
    show_status()
    show_settings()
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert r" no \x1b[2J" in told
    assert r"\x1b[2Jhome" in told


def test_while_a_run_writes_the_status_tells_who_and_what_the_copy_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Regression: it was an error and nothing else, just when one would ask."""
    monkeypatch.setenv("SHOPFLOW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.setenv("COLUMNS", "300")
    settings = load_settings()
    loaded = Receipt("r", None, "load", NOON, 0.1, "failed", detail={"message": "so it went"})
    with open_warehouse(settings) as warehouse:
        warehouse.record([loaded])
        warehouse.query("create schema marts")
        warehouse.query("create table marts.fct_sessions as select 1 as one")
        with serving.draft(settings, NOON) as draft:
            warehouse.export(draft, "v1")
    copy = settings.serving / draft.name.removeprefix(".draft-")
    command = [sys.executable, "-c", HOLD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "holding\n"
        show_status()
        assert capsys.readouterr().out.splitlines()[1] == "no batch was published yet"
        serving.make_current(settings, copy)
        show_status()
        run.communicate("end\n")
    under_way, *known, copies, server = capsys.readouterr().out.splitlines()
    assert under_way.startswith(f"under way       run (pid {run.pid}, since ")
    assert known[-1].split() == ["load", "failed", "0.1", "s", "so", "it", "went"]
    assert (copies, server) == (f"serving copy    {copy}", "Prefect server  http://127.0.0.1:9")
    show_status()
    assert "under way" not in capsys.readouterr().out


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Eight batches of which the last one waits, one of them the replay of another, and one that was removed."""
    monkeypatch.setenv("SHOPFLOW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    settings = load_settings()
    batch = (
        "insert into ops.batches by name select $1 as batch_id, now()::timestamp as landed_at, $2::timestamp as "
        "loaded_at, case when $1 <> 'b8' then now()::timestamp end as built_at, ['a.csv'] as source_files, "
        "$3 as rows_read, $4 as accepted, $5 as quarantined, $6 as replayed, 0 as duplicates, 0 as erased, "
        "0 as derived, $7 as replay_of, [date '2025-11-01', $2::date] as event_dates, "
        "'{\"events\": 9}' as rows_by_table, "
        "'{\"events.quantity: not_positive\": 1200}' as refused_by_reason"
    )
    with open_warehouse(settings) as warehouse:
        for day in range(1, 8):
            counts = [1_200_010, 10, 1_199_999, 1] if day == 7 else [10, 10, 0, 0]
            warehouse.query(batch, [f"b{day}", f"2025-11-0{day}", *counts, None])
        warehouse.query(batch, ["b8", "2025-11-08", 1, 1, 0, 0, "b7"])
        warehouse.query(
            "insert into ops.removals by name select * exclude (landed_at, built_at, derived, events_by_date, "
            "refused_by_reason) replace ('gone' as batch_id), now()::timestamp as removed_at "
            "from ops.batches where batch_id = 'b1'"
        )
    return settings


def test_the_ledger_shows_the_last_batches_the_sums_of_all_and_what_waits(
    ledger: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    show_status()
    *lines, waits = capsys.readouterr().out.splitlines()[:8]
    assert waits.startswith("waiting         1 loaded and 1 removed, for the marts of 2025-11-01, 2025-11-08:")
    assert [line.split() for line in lines] == [
        ["loaded", "(UTC)", "batch", "read", "accepted", "refused", "copies", "replayed", "days", "in", "marts"],
        ["25-11-08", "00:00", "b8", "1", "1", "0", "0", "0", "2", "not", "yet"],
        ["25-11-07", "00:00", "b7", "1,200,010", "10", "1,199,999", "0", "1", "2", "yes"],
        ["25-11-06", "00:00", "b6", "10", "10", "0", "0", "0", "2", "yes"],
        ["25-11-05", "00:00", "b5", "10", "10", "0", "0", "0", "2", "yes"],
        ["25-11-04", "00:00", "b4", "10", "10", "0", "0", "0", "2", "yes"],
        ["all", "batches", "8", "1,200,070", "71", "1,199,999", "0", "8"],
    ]
    show_status(is_all=True)
    assert "b1" in capsys.readouterr().out


def test_a_backfill_that_was_cut_off_waits(ledger: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    with open_warehouse(ledger) as warehouse:
        warehouse.query(
            "insert into ops.backfills by name select 'backfill-1' as backfill_id, date '2025-11-02' as first_date, "
            "date '2025-11-02' as last_date, 1 as chunk, [date '2025-11-02'] as event_dates, 9 as events, "
            "now()::timestamp as planned_at"
        )
    show_status()
    told = " ".join(capsys.readouterr().out.split())
    assert (
        "waiting 1 loaded and 1 removed and 1 to backfill, for the marts of 2025-11-01, 2025-11-02, 2025-11-08" in told
    )


def test_of_one_batch_everything_is_told(ledger: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    show_status("b7")
    told = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert told["refused_by_reason"].strip() == "1,200 events.quantity: not_positive"
    assert told["event_dates"].strip() == "2025-11-01, 2025-11-07"
    assert told["replays"].strip() == "b8"
    with pytest.raises(LedgerError, match="nothing is known of a batch b9: `shopflow status --all` lists"):
        show_status("b9")


def test_the_audit_names_what_is_not_where_it_should_be(ledger: Settings) -> None:
    with pytest.raises(LedgerError, match=r"batch b1 has 9 rows of events by the ledger, but 0 are in raw"):
        show_status(is_audit=True)

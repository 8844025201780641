"""`shopflow quarantine`: what waits, as it can be read in a terminal and in files, also while a run goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from flows.commands.refused import export_rows, show_counts, show_rows
from flows.errors import SourceError
from flows.lock import locked
from flows.publish import publish
from flows.settings import load_settings
from tests.books import Books
from tests.commands.test_status import HOLD

HEADER = "event_id,event_type,event_timestamp,user_id,unit_price\n"
ROWS = [
    "good,page_view,2025-11-01T10:00:00Z,u1,\n",
    "\x1b[31mred,page_view,2025-11-01T10:00:00Z,u1,-1\n",
    "[b]n1[/b],purchase,yesterday,u1,-2\n",
    "cut,page\n",
]
REASONS = {
    "events.unit_price: negative": [3, 4],
    "EVENTS.unit_price:negative": [3, 4],
    "unit_price: negative": [3, 4],
    "negative": [3, 4],
    "events.unit_price": [3, 4],
    "unit_price": [3, 4],
    "event_timestamp": [4],
    "events: cut_off_line": [5],
    "cut_off_line": [5],
    "users.unit_price": [],
    "neg": [],
    "' or true --": [],
}


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Books:
    """A batch with three refused rows."""
    monkeypatch.setenv("SHOPFLOW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHOPFLOW_MAX_REFUSED_SHARE", "1")
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "a.csv").write_text(HEADER + "".join(ROWS))
    books = Books(load_settings())
    books.take(tmp_path / "a.csv")
    return books


def test_rows_are_counted_by_batch_table_and_reason(books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    show_counts()
    (batch_id,) = books.ask("select batch_id from ops.batches")[0]
    head, *said = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert head == "batch reason rows"
    assert said == [
        f"{batch_id} events.unit_price: negative 2",
        f"{batch_id} events.event_timestamp: wrong_format 1",
        f"{batch_id} events.product_id: missing 1",
        f"{batch_id} events.quantity: missing 1",
        f"{batch_id} events: cut_off_line 1",
        "3 refused rows wait (a row with several reasons is counted for each)",
    ]


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_is_known_by_its_name_and_by_parts_of_it(reason: str, books: Books) -> None:
    assert [line for _, line in books.waiting(reason=reason)] == REASONS[reason]


def test_rows_are_shown_with_place_reasons_and_text_that_cannot_harm_the_terminal(
    books: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    show_rows(2)
    said = capsys.readouterr().out
    assert "a.csv, line 3  (batch " in said
    assert "events.unit_price '-1' is below zero (negative)" in said
    assert "\\x1b[31mred,page_view" in said
    assert "\x1b" not in said
    assert "[b]n1[/b],purchase" in said
    assert "2 of 3 refused rows wait" in said
    assert "cut,page" not in said


def test_what_is_not_there_is_said_with_what_there_is(books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    show_rows(2, reason="negatve")
    assert capsys.readouterr().out.startswith("no refused row waits for the reason negatve; there are events.")


def test_a_batch_that_was_never_loaded_is_told_apart(
    books: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    books.remove(books.ask("select batch_id from ops.batches")[0][0])
    show_counts()
    assert "not loaded" in capsys.readouterr().out


def test_an_export_holds_every_row_in_full_and_overwrites_nothing(books: Books, tmp_path: Path) -> None:
    for name in ("out.jsonl", "out.csv", "out.parquet"):
        export_rows(tmp_path / name, reason="negative")
        rows = duckdb.sql(f"select line, raw from '{tmp_path / name}' order by line").fetchall()
        assert rows == [(3, ROWS[1].rstrip()), (4, ROWS[2].rstrip())]
        with pytest.raises(SourceError, match=f"{name} exists, and nothing is overwritten"):
            export_rows(tmp_path / name)
    first = json.loads((tmp_path / "out.jsonl").read_text().splitlines()[0])
    assert (first["table"], first["source_file"], first["format"], first["header"]) == (
        *("events", "a.csv", "csv"),
        HEADER.strip(),
    )
    assert first["reasons"] == [{"field": "unit_price", "reason": "negative", "message": "'-1' is below zero"}]
    with pytest.raises(SourceError, match=r"out.xlsx does not end in \.jsonl"):
        export_rows(tmp_path / "out.xlsx")
    assert sorted(path.name for path in tmp_path.glob(".*")) == []


@pytest.mark.slow
def test_while_a_run_holds_the_warehouse_what_had_passed_is_known_from_the_serving_copy(
    books: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (row,) = books.export(tmp_path / "out.jsonl", reason="cut_off_line")
    row["raw"] = ROWS[0].strip()
    (tmp_path / "in.jsonl").write_text(json.dumps(row))
    books.replay(tmp_path / "in.jsonl")
    with duckdb.connect(str(books.settings.warehouse_path)) as connection:
        connection.execute("create schema marts; create table marts.dim_dates as select 1 as one")
    publish(books.settings)
    run = subprocess.Popen([sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert run.stdout is not None
        assert run.stdout.readline() == "holding\n"
        show_rows(9)
        said = capsys.readouterr().out
        assert [line.split("  ")[0] for line in said.splitlines() if line.startswith("a.csv")] == [
            "a.csv, line 3",
            "a.csv, line 4",
        ]
        assert "a run is under way" in said
    finally:
        run.communicate("\n")


def test_a_home_with_nothing_in_it_has_no_refused_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHOPFLOW_HOME", str(tmp_path / "nothing"))
    show_counts()
    assert capsys.readouterr().out == "no refused row waits\n"
    assert not (tmp_path / "nothing").exists()


def test_a_home_that_is_held_is_not_asked_for_its_warehouse_though_that_were_free(
    books: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    """The accident to prevent: a reader that opens the file between two steps of a run keeps the next step out."""
    with locked(books.settings):
        show_counts()
    assert "a run is under way" in capsys.readouterr().out

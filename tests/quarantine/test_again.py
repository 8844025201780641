"""Refused rows pass once the rules or the rows were mended, in every format."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.audit import NEVER_LOADED, audit
from flows.errors import LedgerError, SourceError
from flows.quarantine import unloaded
from flows.quarantine.export import export
from flows.quarantine.files import CUT, NO_HEADER, NO_TEXT
from flows.quarantine.waiting import open_quarantine
from flows.quarantine.wanted import Wanted
from flows.sources.files import as_pattern
from flows.warehouse import duck
from tests.books import Books

HEADER = "event_id,event_type,event_timestamp,user_id,product_id,quantity,unit_price,currency,page_url\n"
GOOD = "g{0},page_view,2025-11-01T10:00:00Z,u1,,,,,\n"
FUTURE = 'f{0},page_view,2026-02-01T10:00:00Z,u1,,,,,"a ""quoted"",\r\ntwo-line text"\n'
NEGATIVE = "n{0},purchase,2025-11-01T10:00:00Z,u1,p1,1,-5,EUR,\n"


def corrected(rows: list[dict[str, Any]], path: Path, change: Callable[[str], str]) -> Path:
    path.write_text("".join(json.dumps({**row, "raw": change(row["raw"])}) + "\n" for row in rows))
    return path


def written(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


@pytest.mark.slow
def test_milder_rules_let_rows_pass_as_a_batch_of_their_own(books: Books, tmp_path: Path) -> None:
    one = written(
        tmp_path / "one.csv", HEADER + GOOD.format(1) + FUTURE.format(1) + NEGATIVE.format(1) + FUTURE.format(2)
    )
    two = written(tmp_path / "two.csv", HEADER + FUTURE.format(3) + FUTURE.format(3) + GOOD.format(2))
    first, second = books.take(one), books.take(two)
    assert books.replay().batches == ()
    assert books.waiting() == [("one.csv", 3), ("one.csv", 5), ("one.csv", 6), ("two.csv", 2), ("two.csv", 4)]

    told = books.lenient().replay()

    assert {(batch.replay_of, batch.rows_read, batch.accepted, batch.duplicates) for batch in told.batches} == {
        (first, 2, 2, 0),
        (second, 2, 1, 1),
    }
    assert (told.stayed, told.reasons) == (1, {"events.unit_price: negative": 1})
    assert books.waiting() == [("one.csv", 5)]
    assert books.events() == [(f"f{n}", "one.csv" if n < 3 else "two.csv") for n in (1, 2, 3)] + [
        ("g1", "one.csv"),
        ("g2", "two.csv"),
    ]
    assert books.ask("select distinct page_url from raw.events where event_id = 'f1'") == [
        ('a "quoted",\r\ntwo-line text',)
    ]
    books.check()
    assert books.lenient().replay().batches == ()
    books.check()


@pytest.mark.slow
def test_corrected_rows_pass_and_the_others_stay(books: Books, tmp_path: Path) -> None:
    lines = HEADER + GOOD.format(1) + NEGATIVE.format(1) + NEGATIVE.format(2) + "cut,page_view,2025-11"
    books.take(written(tmp_path / "a.csv", lines))
    rows = books.export(tmp_path / "out.jsonl")
    assert [row["line"] for row in rows] == [3, 4, 5]
    rows[2]["raw"] += "-01T10:00:00Z,u1,,,,,"
    told = books.replay(
        corrected(
            rows,
            tmp_path / "in.jsonl",
            lambda raw: raw.replace("n1,", "n1,").replace("-5", "5" if "n1" in raw else "-6"),
        )
    )
    assert (told.batches[0].rows_read, told.stayed) == (2, 1)
    assert [event for event, _ in books.events()] == ["cut", "g1", "n1"]
    assert books.waiting() == [("a.csv", 4)]
    books.check()
    assert books.replay(tmp_path / "in.jsonl").batches == (), "rows that passed before are left alone"


def test_lines_of_json_and_bytes_that_are_no_text_pass_once_they_are_corrected(books: Books, tmp_path: Path) -> None:
    event = {"event_type": "page_view", "event_timestamp": "2025-11-01T10:00:00Z", "user_id": "u1"}
    lines = [json.dumps({"event_id": f"e{n}", **event}).encode() for n in range(5)]
    lines[1] = lines[1].replace(b"u1", b"\xff\xfe")
    lines[2] = lines[2][1:]
    lines[3] = json.dumps({"event_id": "long", **event, "page_url": "x" * 2_000_000}).encode()
    lines[4] = lines[4][:-20]
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"\n".join(lines))
    books.take(path)
    assert books.replay().reasons == {"events: malformed_json": 2, CUT: 1, NO_TEXT: 1}
    rows = books.export(tmp_path / "out.jsonl")
    for row in rows:
        row["raw"] = json.dumps({"event_id": f"mended{row['line']}", **event})
    told = books.replay(corrected(rows, tmp_path / "in.jsonl", str))
    assert (told.batches[0].rows_read, told.reasons) == (3, {CUT: 1})
    assert [event_id for event_id, _ in books.events()] == ["e0", "mended2", "mended3", "mended5"]
    books.check()


def test_bytes_that_are_no_text_never_pass_as_their_escapes(books: Books, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes((HEADER + GOOD.format(1)).encode() + b"e2,page_view,2025-11-01T10:00:00Z,caf\xe9,,,,,\n")
    books.take(path)
    same = corrected(books.export(tmp_path / "out.jsonl"), tmp_path / "same.jsonl", str)
    assert books.replay().reasons == books.replay(same).reasons == {NO_TEXT: 1}
    mended = corrected(
        books.export(tmp_path / "o2.jsonl"), tmp_path / "in.jsonl", lambda raw: raw.replace(r"\xe9", "é")
    )
    assert books.replay(mended).stayed == 0
    assert books.ask("select user_id from raw.events where event_id = 'e2'") == [("café",)]


@pytest.mark.slow
def test_rows_of_parquet_pass_as_what_they_were(books: Books, tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    duckdb.sql(
        "select 'e' || i as event_id, 'purchase' as event_type, "
        "timestamptz '2026-02-01 11:00:00+01' as event_timestamp, "
        "(1000 + i)::double as user_id, 'p' as product_id, 2::int as quantity, 0.1::double + 0.2 as unit_price, "
        "'EUR'::blob as currency, {'k': i} as properties, [i] as extra, 1.5::double as weight "
        "from range(2) t(i)"
    ).write_parquet(str(path))
    books.take(path)
    other = Books(books.lenient().settings.model_copy(update={"home": tmp_path / "other"}))
    other.take(path)
    assert books.lenient().replay().stayed == 0
    rows = "select * exclude (batch_id) from raw.events order by all"
    assert books.ask(rows) == other.ask(rows)
    assert len(books.ask(rows)) == 2
    books.check()


@pytest.mark.slow
@pytest.mark.parametrize("sql", ["['u1']", "{'id': 'u1'}", "'\\xff'::blob"])
def test_values_of_parquet_that_are_no_text_never_become_one(sql: str, books: Books, tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    duckdb.sql(
        "select 'e1' as event_id, 'page_view' as event_type, timestamp '2025-11-01' as event_timestamp, "
        f"{sql} as user_id"
    ).write_parquet(str(path))
    books.take(path)
    assert books.lenient().replay().batches == ()
    assert books.events() == []


def test_derived_products_come_with_the_rows_of_rees46(books: Books, tmp_path: Path) -> None:
    header = "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n"
    row = "{0} 00:00:00 UTC,view,1,2,a.b,brand,9.99,7,s\n"
    books.take(written(tmp_path / "2019.csv", header + row.format("2019-10-01") + row.format("2026-02-01")))
    assert books.lenient().replay().batches[0].rows_read == 1
    assert books.ask("select count(*), count(distinct updated_at) from raw.products") == [(2, 2)]
    assert books.ask("select event_type from raw.events") == [("product_view",)] * 2
    books.check()


def test_rows_from_before_headers_were_kept_stay_and_are_said(books: Books, tmp_path: Path) -> None:
    books.take(written(tmp_path / "a.csv", HEADER + FUTURE.format(1)))
    (path,) = (books.settings.lake_folder / "quarantine").rglob("*.parquet")
    old = tmp_path / "old.parquet"
    duckdb.sql(f"select * exclude (header) from '{as_pattern(path)}'").write_parquet(str(old))
    old.replace(path)
    assert books.lenient().replay().reasons == {NO_HEADER: 1}
    assert books.waiting() == [("a.csv", 2)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"line": 7}, r"in.jsonl, line 1: no row of events was refused in line 7 of a.csv, batch"),
        ({"batch_id": "nothing"}, "line 1: no row of events was refused in line 2 of a.csv, batch nothing"),
        ({"line": "2"}, "line 1: line is missing, or no number"),
        ({"raw": " "}, "line 1: raw is empty"),
        ({"raw": None}, "line 1: raw is missing, or no text"),
        ({"raw": "\ud800"}, "line 1: holds half of a character"),
    ],
)
def test_a_row_that_was_never_refused_is_named_and_nothing_is_loaded(
    change: dict[str, Any], said: str, books: Books, tmp_path: Path
) -> None:
    books.take(written(tmp_path / "a.csv", HEADER + NEGATIVE.format(1)))
    (row,) = books.export(tmp_path / "out.jsonl")
    (tmp_path / "in.jsonl").write_text(json.dumps({**row, **change}) + "\n")
    with pytest.raises(SourceError, match=said):
        books.replay(tmp_path / "in.jsonl")
    assert books.events() == []
    books.check()


def test_a_row_twice_and_a_file_that_is_none_are_refused(books: Books, tmp_path: Path) -> None:
    books.take(written(tmp_path / "a.csv", HEADER + NEGATIVE.format(1)))
    books.export(tmp_path / "out.jsonl")
    line = (tmp_path / "out.jsonl").read_text()
    for text, said in (
        (line * 2, "line 2: this row is in the file more than once"),
        ("[1]\n", "line 1: is not a JSON"),
    ):
        with pytest.raises(SourceError, match=said):
            books.replay(written(tmp_path / "in.jsonl", text))
    with pytest.raises(SourceError, match="cannot be read: No such file"):
        books.replay(tmp_path / "nowhere.jsonl")


def test_open_quotes_of_one_row_do_not_swallow_another(books: Books, tmp_path: Path) -> None:
    """Two broken lines that stood apart would make one whole row where they stand together."""
    header = "event_id,event_type,event_timestamp,user_id\n"
    good = "g{0},page_view,2025-11-01T10:00:00Z,u1\n"
    lines = ['a,page_view,2025-11-01T10:00:00Z,"x\n', good.format(1) * 1, 'y"\n', good.format(2)]
    path = written(
        tmp_path / "a.csv", header + lines[0] + "".join(good.format(n) for n in range(1_100)) + lines[2] + lines[3]
    )
    books.take(path)
    before, waiting = books.events(), books.waiting()
    assert len(waiting) == 2
    assert books.replay().batches == ()
    assert (books.events(), books.waiting()) == (before, waiting)


@pytest.mark.slow
def test_a_replay_that_cannot_be_loaded_leaves_nothing_in_the_lake(
    books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Regression: its files and its manifest stayed for ever, as those of a batch that no ledger knew."""
    books.take(written(tmp_path / "a.csv", HEADER + GOOD.format(1) + FUTURE.format(1)))
    before = sorted(books.settings.lake_folder.rglob("*.*"))
    with monkeypatch.context() as patched:
        patched.setattr(duck, "note_passed", failing)
        with pytest.raises(LedgerError, match="not today"):
            books.lenient().replay()
    assert sorted(books.settings.lake_folder.rglob("*.*")) == before
    assert books.waiting() == [("a.csv", 3)]
    books.check()
    assert books.lenient().replay().batches[0].accepted == 1


def test_an_error_after_the_commit_leaves_the_loaded_rows_their_files(
    books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.take(written(tmp_path / "a.csv", HEADER + GOOD.format(1) + FUTURE.format(1)))
    load = duck.DuckWarehouse.load

    def load_and_fail(*args: Any, **how: Any) -> None:
        load(*args, **how)
        failing()

    monkeypatch.setattr(duck.DuckWarehouse, "load", load_and_fail)
    with pytest.raises(LedgerError, match="not today"):
        books.lenient().replay()
    assert books.waiting() == []
    books.check()


@pytest.mark.slow
def test_what_a_killed_replay_left_is_told_by_the_audit_and_taken_away_by_the_next_one(
    books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.take(written(tmp_path / "a.csv", HEADER + GOOD.format(1) + FUTURE.format(1)))
    before = sorted(books.settings.lake_folder.rglob("*.*"))
    with monkeypatch.context() as patched:
        patched.setattr(duck, "note_passed", failing)
        patched.setattr(unloaded, "take_away", lambda *_: None)  # as after a kill
        with pytest.raises(LedgerError, match="not today"):
            books.lenient().replay()
    (told,) = audit(books.settings)
    assert "is of a replay of batch" in told
    assert NEVER_LOADED in told
    assert books.replay().batches == ()  # by today's rules nothing passes: the files would never be placed again
    assert sorted(books.settings.lake_folder.rglob("*.*")) == before
    books.check()


def failing(*_: Any, **__: Any) -> None:
    raise LedgerError("not today")


@pytest.mark.parametrize("name", ["out.jsonl", "out.csv", "out.parquet"])
def test_what_a_killed_export_left_is_replaced_by_the_next_one(name: str, books: Books, tmp_path: Path) -> None:
    books.take(written(tmp_path / "a.csv", HEADER + NEGATIVE.format(1)))
    (tmp_path / f".{name}.part").write_text("half of a person's row" * 1_000)
    with open_quarantine(books.settings) as quarantine:
        assert export(quarantine, Wanted(), tmp_path / name) == 1
    assert not (tmp_path / f".{name}.part").exists()
    assert b"half of a person" not in (tmp_path / name).read_bytes()

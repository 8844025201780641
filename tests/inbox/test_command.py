"""`shopflow inbox` says what became of each file, also while a run is under way; `shopflow status` counts them."""

from __future__ import annotations

import pytest

from flows.commands.inbox import show_inbox
from flows.commands.status import show_status
from flows.warehouse import open_warehouse
from tests.books import LANDED
from tests.inbox.drop import Drop, content, damaged


@pytest.fixture(autouse=True)
def _settings(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPFLOW_HOME", str(drop.settings.home))
    monkeypatch.setenv("SHOPFLOW_INBOX", drop.settings.inbox)
    monkeypatch.setenv("SHOPFLOW_INBOX_SETTLE_SECONDS", "0")
    monkeypatch.setenv("PREFECT_API_URL", "")


def said(drop: Drop, capsys: pytest.CaptureFixture[str], *, is_all: bool = False) -> list[str]:
    show_inbox(is_all=is_all)
    return [line.replace(f"{drop.folder}/", "") for line in capsys.readouterr().out.splitlines()]


def test_each_file_and_what_became_of_it(drop: Drop, capsys: pytest.CaptureFixture[str]) -> None:
    drop.put("a.csv", content(1))
    assert said(drop, capsys) == ["waiting   a.csv  for the next run", "1 waiting"], "before the first run"
    drop.put("b.csv", content(1))
    drop.put("bad[/red].csv", damaged(1))
    drop.put("d.csv.part", content(2))
    batch_id = drop.run().batch_id
    drop.put("new.csv", content(3))
    told = said(drop, capsys)
    assert told[0] == "waiting   new.csv  for the next run"
    assert told[1] == "arriving  d.csv.part  left alone until it is whole"
    assert told[2].startswith("refused   bad[/red].csv  has no known columns")
    assert told[2].endswith("`shopflow run --source` tries it again")
    assert told[3:] == [
        "copy      b.csv  of a file that is known",
        f"taken     a.csv  batch {batch_id}",
        "1 waiting, 1 arriving, 1 refused, 1 copies, 1 taken",
    ]
    show_status()
    assert "inbox           1 waiting, 1 arriving, 1 refused, 1 copies, 1 taken\n" in capsys.readouterr().out
    assert batch_id is not None
    with open_warehouse(drop.settings) as warehouse:
        warehouse.remove(batch_id, LANDED)
    assert f"taken     a.csv  batch {batch_id}, which was taken out since" in said(drop, capsys)


def test_of_many_files_that_were_taken_the_last_ones(drop: Drop, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(12):
        drop.put(f"{number:02}.csv", content(number))
    drop.run()
    told = said(drop, capsys)
    assert (len(told), told[-2:]) == (12, ["and 2 more that were taken: shopflow inbox --all", "12 taken"])
    assert len(said(drop, capsys, is_all=True)) == 13


def test_a_warehouse_of_an_earlier_version_knows_no_files(drop: Drop, capsys: pytest.CaptureFixture[str]) -> None:
    drop.put("a.csv", content(1))
    drop.run()
    drop.ask("drop table ops.files")
    # Opened to be read, the table is not made.
    assert said(drop, capsys) == ["waiting   a.csv  for the next run", "1 waiting"]


def test_no_inbox_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("SHOPFLOW_INBOX")
    show_inbox()
    assert capsys.readouterr().out == "no inbox is set: SHOPFLOW_INBOX names a folder, or gs://bucket/prefix\n"


def test_an_inbox_that_is_gone_does_not_end_the_status(drop: Drop, capsys: pytest.CaptureFixture[str]) -> None:
    drop.folder.rmdir()
    show_status()
    assert "inbox           not known now: SHOPFLOW_INBOX: there is no folder" in capsys.readouterr().out

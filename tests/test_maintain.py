"""Maintenance lets go of what is old; no number changes, and the ledger closes over all history."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.audit import LET_GO, audit
from flows.checks.manifest import read_manifest
from flows.commands.due import show_due
from flows.commands.refused import show_counts, show_rows
from flows.commands.status import show_status
from flows.erasure.erase import erase, find
from flows.errors import SourceError, TooManyRefused
from flows.lake import Lake
from flows.ledger import receipt_of
from flows.maintain import maintain
from flows.maintenance import purge as purging
from flows.maintenance.compact import compact
from flows.pipeline import pipeline
from flows.receipts import Purged, Receipt
from flows.settings import Settings, load_settings
from flows.story import Story
from flows.summary import line_of
from flows.warehouse import open_warehouse
from tests.books import LANDED, Books
from tests.ran import Ran
from tests.tables import rows_of_marts

HEADER = "event_id,event_type,event_timestamp,anonymous_id,user_id,unit_price\n"
GOOD = "g{0},page_view,2025-11-01T10:00:00Z,a{0},u{0},\n"
FUTURE = "f{0},page_view,2026-12-24T10:00:00Z,a{0},u{0},\n"
NEGATIVE = "n{0},page_view,2025-11-01T10:00:00Z,a{0},u{0},-1\n"
RunFlow = Callable[..., Ran]


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Books:
    monkeypatch.setenv("SHOPFLOW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHOPFLOW_MAX_REFUSED_SHARE", "0.9")
    monkeypatch.setenv("COLUMNS", "200")
    return Books(load_settings())


def written(path: Path, *lines: str) -> Path:
    path.write_text(HEADER + "".join(lines))
    return path


def files(books: Books) -> list[str]:
    return sorted(path.stem for path in (books.settings.lake_folder / "quarantine").rglob("*.parquet"))


@pytest.mark.slow
def test_refused_rows_of_old_batches_are_let_go_and_stay_in_the_ledger(
    books: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = written(tmp_path / "a.csv", GOOD.format(1), FUTURE.format(1), NEGATIVE.format(1))
    old, events = books.take(source), books.events()
    assert books.let_go(before=LANDED) == Purged(0, 0, 0), "landed at that very instant"

    assert books.let_go(before=LANDED + timedelta(seconds=1)) == Purged(1, 2, 1)

    books.check()
    assert (books.waiting(), books.events(), files(books)) == ([], events, [])
    ((rows, at),) = books.ask("select quarantined, purged_at from ops.batches")
    assert rows == 2
    today = f"{at:%Y-%m-%d}"
    assert books.take(source) == old
    assert files(books) == [], "the same files again bring nothing back"
    young = books.take(written(tmp_path / "b.csv", GOOD.format(2), NEGATIVE.format(2)))
    show_counts()
    show_rows(5, batch=old)
    show_status()
    show_status(old)
    show_status(is_audit=True)
    said = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    for line in (
        f"{young} events.unit_price: negative 1",
        f"those of 1 other batch were let go on {today}",
        f"no refused row waits of batch {old}; its refused rows were let go on {today}",
        f"let go 2 refused rows of 1 batch, the last on {today}",
        f"refused rows let go on {today}: they are counted, and kept nowhere",
        "audit every row is where the ledger says: in raw, in the lake, in the quarantine",
    ):
        assert line in said


def test_what_was_let_go_cannot_be_replayed_and_that_is_said(books: Books, tmp_path: Path) -> None:
    batch = books.take(written(tmp_path / "a.csv", GOOD.format(1), FUTURE.format(1)))
    rows = books.export(tmp_path / "out.jsonl")
    books.let_go()
    told = books.lenient().replay(batch=batch)
    assert (told.batches, told.stayed) == ((), 0)
    assert told.purged_at is not None
    receipt = receipt_of(Story("r", books.settings), "replay", LANDED, 0, told)
    assert line_of(receipt).endswith(f"those of the batch were let go on {told.purged_at:%Y-%m-%d}")
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(SourceError, match=f"refused rows of batch {batch} were let go on .* leave its lines out"):
        books.replay(tmp_path / "in.jsonl")


@pytest.mark.slow
def test_a_replay_of_rows_that_were_let_go_can_be_removed_and_so_can_their_batch(books: Books, tmp_path: Path) -> None:
    source = written(tmp_path / "a.csv", GOOD.format(1), FUTURE.format(1), NEGATIVE.format(1))
    first = books.take(source)
    (replay,) = books.lenient().replay().batches
    assert books.let_go() == Purged(1, 2, 1)
    books.check()
    books.remove(replay.batch_id)
    books.check()
    assert books.waiting() == []
    books.remove(first)
    assert books.ask("select purged_at is not null from ops.removals where replay_of is null") == [(True,)]
    books.check()


def test_a_ledger_that_is_made_anew_from_the_lake_knows_what_was_let_go(books: Books, tmp_path: Path) -> None:
    source = written(tmp_path / "a.csv", GOOD.format(1), NEGATIVE.format(1))
    books.take(source)
    books.let_go()
    known = books.ask("select * exclude loaded_at from ops.batches")
    books.settings.warehouse_path.unlink()
    books.take(source)
    assert books.ask("select * exclude loaded_at from ops.batches") == known
    books.check()


@pytest.mark.slow
def test_a_person_is_forgotten_whose_refused_rows_were_let_go(books: Books, tmp_path: Path) -> None:
    lines = [text.format(who) for who in (1, 2) for text in (GOOD, FUTURE, NEGATIVE)]
    books.take(written(tmp_path / "a.csv", *lines))
    books.lenient().replay()
    books.let_go()

    erased = erase(books.settings, find(books.settings, "u1"))

    assert erased.rows_in("lake") == erased.rows_in("raw") == 2
    assert books.events() == [("f2", "a.csv"), ("g2", "a.csv")]
    books.check()
    assert books.ask(
        "select replay_of is null, rows_read, accepted, quarantined, replayed, erased from ops.batches order by all"
    ) == [(False, 2, 1, 0, 0, 1), (True, 6, 1, 2, 2, 1)]


def test_files_of_batches_that_were_never_loaded_go_by_the_age_of_their_rows(books: Books, tmp_path: Path) -> None:
    with pytest.raises(TooManyRefused):
        books.take(written(tmp_path / "a.csv", NEGATIVE.format(1), NEGATIVE.format(2)))
    assert books.let_go(before=LANDED) == Purged(0, 0, 0)
    assert len(files(books)) == 1
    assert books.let_go(before=LANDED + timedelta(seconds=1)) == Purged(1, 2, 1)
    assert files(books) == []


def test_rows_that_were_lost_are_not_said_to_have_been_let_go(books: Books, tmp_path: Path) -> None:
    batch = books.take(written(tmp_path / "a.csv", GOOD.format(1), NEGATIVE.format(1)))
    Lake.of(books.settings).quarantine("events", batch).unlink()
    assert books.let_go() == Purged(0, 0, 0)
    assert audit(books.settings) == [f"the quarantine has 0 rows of batch {batch}, but 1 by the ledger"]


def test_a_file_that_is_there_again_is_told_and_goes_with_the_next_maintenance(books: Books, tmp_path: Path) -> None:
    batch = books.take(written(tmp_path / "a.csv", GOOD.format(1), NEGATIVE.format(1)))
    path = Lake.of(books.settings).quarantine("events", batch)
    kept = path.read_bytes()
    books.let_go()
    path.write_bytes(kept)
    (told,) = audit(books.settings)
    assert told.startswith(f"the quarantine has 1 rows of batch {batch}, let go on ")
    assert told.endswith(LET_GO)
    assert books.waiting() == [], "nobody reads it any more"
    assert books.let_go() == Purged(0, 0, 1)
    books.check()


@pytest.mark.slow
@pytest.mark.parametrize("at", ["note_purged", "_take_away", "to_disk"])
def test_work_that_was_cut_off_is_finished_by_the_next_maintenance(
    at: str, books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = books.take(written(tmp_path / "a.csv", GOOD.format(1), NEGATIVE.format(1)))

    def fail(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(purging, at, fail)
    with pytest.raises(KeyboardInterrupt):
        books.let_go()
    monkeypatch.undo()
    monkeypatch.setenv("SHOPFLOW_HOME", str(books.settings.home))
    books_again = Books(books.settings)
    assert books_again.waiting() == []
    assert read_manifest(Lake.of(books.settings), batch, books.settings.reporting_timezone) is not None
    assert [told for told in audit(books.settings) if LET_GO not in told] == []
    books_again.let_go()
    books_again.check()
    assert files(books_again) == []


def receipts(settings: Settings, *days: int) -> None:
    with open_warehouse(settings) as warehouse:
        warehouse.record(
            Receipt(f"r{day}", None, "run", datetime(2025, 11, day, tzinfo=UTC), 1.0, "ok") for day in days
        )


def test_old_receipts_are_deleted(settings: Settings) -> None:
    receipts(settings, 1, 2, 3)
    with open_warehouse(settings) as warehouse:
        assert warehouse.prune_receipts(datetime(2025, 11, 2, tzinfo=UTC)) == 1
        assert [receipt.run_id for receipt in warehouse.receipts()] == ["r2", "r3"]
        assert warehouse.prune_receipts(datetime(2025, 11, 2, tzinfo=UTC)) == 0


def test_a_file_that_is_mostly_free_is_written_anew_and_holds_the_same(settings: Settings) -> None:
    with open_warehouse(settings) as warehouse:
        warehouse.query("create table marts_of_old as select i, hash(i)::varchar as text from range(400000) as t(i)")
        warehouse.query("checkpoint")
        warehouse.query("create table kept as from marts_of_old limit 1000")
        warehouse.query("checkpoint")
    assert not compact(settings).is_anew
    with open_warehouse(settings) as warehouse:
        warehouse.query("drop table marts_of_old")
        kept = warehouse.query("from kept")

    told = compact(settings)

    assert told.is_anew
    assert told.bytes is not None
    assert told.bytes_before is not None
    assert told.bytes < told.bytes_before / 2
    assert settings.warehouse_path.stat().st_size == told.bytes
    with open_warehouse(settings) as warehouse:
        assert warehouse.query("from kept") == kept
    assert not compact(settings).is_anew
    assert [path for path in settings.home.iterdir() if path.name.startswith(".")] == []


def test_a_dry_run_says_what_would_go_and_changes_nothing(
    books: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show_due(90, 400)
    assert capsys.readouterr().out == "no batch was loaded yet: there is nothing to maintain\n"
    books.take(written(tmp_path / "a.csv", GOOD.format(1), NEGATIVE.format(1)))
    receipts(books.settings, 1, 2)
    show_due(0, 0)
    purge, prune, compaction = capsys.readouterr().out.splitlines()
    assert purge == "purge    1 refused row of 1 batch, 1 file"
    assert prune.startswith("prune    2 receipts of before ")
    assert compaction.startswith("compact  0 older copies, warehouse of ")
    books.check()
    assert len(books.waiting()) == 1
    show_due(100_000, 100_000)
    assert capsys.readouterr().out.startswith("purge    0 refused rows of 0 batches, 0 files\nprune    0 receipts")


@pytest.mark.slow
@pytest.mark.xdist_group("prefect")
def test_no_mart_changes_and_what_waits_is_built_all_the_same(
    run_flow: RunFlow, tmp_path: Path, settings: Settings
) -> None:
    one, two = (
        written(tmp_path / f"{n}.csv", *[GOOD.format(f"{n}{k}") for k in range(40)], NEGATIVE.format(n)) for n in "12"
    )
    run_flow(pipeline, settings, source=[str(one)])
    before = rows_of_marts(settings)

    done = run_flow(maintain, settings, keep_quarantine_days=0, keep_receipts_days=0)

    assert done.state.is_completed()
    assert done.steps == ["purge", "prune", "compact", "run"]
    told = {receipt.step: line_of(receipt) for receipt in done.story.receipts}
    assert told["purge"] == "1 refused row of 1 batch, 1 file"
    assert told["prune"].startswith("7 receipts of before ")
    assert rows_of_marts(settings) == before
    Books(settings).check()
    Books(settings).take(two)
    with open_warehouse(settings) as warehouse, pytest.MonkeyPatch.context() as patch:
        patch.setattr("flows.warehouse.duck.is_mostly_free", lambda connection: True)
        warehouse.compact(tmp_path / "anew.duckdb")
    run_flow(pipeline, settings, source=[str(two)])
    both = load_settings(home=tmp_path / "both")
    run_flow(pipeline, both, source=[str(one)])
    run_flow(pipeline, both, source=[str(two)])
    assert rows_of_marts(settings) == rows_of_marts(both) != before


@pytest.mark.slow
@pytest.mark.xdist_group("prefect")
@pytest.mark.parametrize("days", [-1, 10**10])
def test_what_is_no_number_of_days_is_said(days: int, run_flow: RunFlow, settings: Settings) -> None:
    ran = run_flow(maintain, settings, keep_quarantine_days=days)
    assert ran.state.message == f"{days} days cannot be kept: give a number of days such as 90"

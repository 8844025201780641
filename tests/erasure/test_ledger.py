"""The ledger closes, and says what the lake holds, whatever erasures were cut off, replayed rows or damage of `raw`."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from flows.audit import audit
from flows.checks.manifest import manifests
from flows.erasure.erase import erase, find
from flows.erasure.explained import explained
from flows.erasure.journal import unfinished, write
from flows.erasure.proof import prove
from flows.errors import LedgerError, UnknownPerson
from flows.lake import Lake
from flows.receipts import Erased
from flows.settings import load_settings
from flows.warehouse import open_warehouse
from flows.warehouse.duck import DuckWarehouse
from tests.books import LANDED, Books

HEADER = "event_id,event_type,event_timestamp,user_id,country\n"
GOOD = "{0}-{1},page_view,2025-11-0{2}T10:00:00Z,{0},DE\n"
LATE = "{0}-{1},page_view,2026-02-0{2}T10:00:00Z,{0},DE\n"  # refused, until the rules are milder
USERS = ["user-anna", "user-bert", "user-carl"]


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return shop(tmp_path)


def shop(folder: Path) -> Books:
    return Books(load_settings(home=folder / "home", max_refused_share=1, threads=1))


def take(books: Books, path: Path, *lines: str) -> str:
    path.write_text(HEADER + "".join(lines))
    return books.take(path)


def forget(books: Books, user: str) -> Erased:
    """As the flow does, with the journal's end and without a build."""
    erased = erase(books.settings, find(books.settings, user))
    done = erased if erased.completed_at else Erased(**{**vars(erased), "completed_at": LANDED})
    write(books.settings, done)
    return done


def cut_off(books: Books, user: str) -> None:
    """Forget somebody and be killed between lake and raw."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DuckWarehouse, "erase", die)
        with pytest.raises(KeyboardInterrupt):
            forget(books, user)


def die(*given: object, **named: object) -> None:
    raise KeyboardInterrupt


def correct(books: Books, folder: Path, number: int, *pairs: tuple[str, str]) -> None:
    """Give refused rows of one user to another one, on a day that is not in the future, and replay them."""
    rows = books.export(folder / f"{number}.out.jsonl") if books.waiting() else []
    for row in rows:
        for old, new in pairs:
            row["raw"] = row["raw"].replace(f",{old},", f",{new},")
        row["raw"] = row["raw"].replace("2026-02-", "2025-11-")
    (folder / f"{number}.in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    books.replay(folder / f"{number}.in.jsonl")


def agrees(books: Books, *, is_cut_off: bool = False) -> None:
    """No run refuses, and where no erasure was cut off lake, quarantine and ledger say the same; what `raw` holds is
    another matter."""
    with open_warehouse(books.settings) as warehouse:
        assert warehouse.imbalances() == []
    if is_cut_off:
        return
    assert [told for told in audit(books.settings) if " in raw." not in told] == []
    days: dict[str, list[date]] = {}
    for path in sorted(Lake(books.settings.lake_folder).accepted("events").glob("*.parquet")):
        found = duckdb.sql(f"select distinct event_date from '{path}' order by all").fetchall()
        days[path.stem] = [day for (day,) in found]
    for batch_id, *told in books.ask("select batch_id, event_dates from ops.batches"):
        assert told == [days.get(batch_id, [])]


@pytest.mark.slow
def test_somebody_else_is_forgotten_between_two_attempts(books: Books, tmp_path: Path) -> None:
    lines = [kind.format(user, n, n) for user in USERS for n in (1, 2) for kind in (GOOD, LATE)]
    batch_id = take(books, tmp_path / "a.csv", *lines)
    cut_off(books, USERS[0])
    forget(books, USERS[1])
    agrees(books)
    forget(books, USERS[0])
    books.check()
    fates = "select rows_read, accepted, quarantined, erased from ops.batches"
    assert books.ask(fates) == [(12, 2, 2, 8)]
    (told,) = manifests(Lake(books.settings.lake_folder))
    assert (told.batch.batch_id, told.counts[0].erased) == (batch_id, 8)


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["delete from raw.events", "insert into raw.events from raw.events"])
def test_raw_that_was_damaged_does_not_tell_what_a_batch_has(books: Books, tmp_path: Path, damage: str) -> None:
    take(books, tmp_path / "a.csv", *(GOOD.format(user, n, n) for user in USERS for n in (1, 2)))
    books.ask(f"{damage} where event_date = '2025-11-02'")
    forget(books, USERS[0])
    agrees(books)
    with open_warehouse(books.settings) as warehouse:
        plan = warehouse.plan_backfill(Lake(books.settings.lake_folder), None, None, None)
        warehouse.begin_backfill(plan, LANDED)
        for chunk in plan.chunks:
            warehouse.reload(chunk, Lake(books.settings.lake_folder), LANDED)
    books.check()


@pytest.mark.slow
def test_a_lost_file_is_no_erasure(books: Books, tmp_path: Path) -> None:
    lost = take(books, tmp_path / "a.csv", GOOD.format(USERS[0], 1, 1), GOOD.format(USERS[1], 1, 1))
    take(books, tmp_path / "b.csv", GOOD.format(USERS[2], 1, 1))
    (file,) = Lake(books.settings.lake_folder).accepted_files("events", lost)
    kept = file.read_bytes()
    file.unlink()
    forget(books, USERS[2])
    assert any(lost in told for told in audit(books.settings)), "the loss is told still"
    with pytest.raises(LedgerError, match=f"the lake lacks .*{lost}.*bring the file back"):
        forget(books, USERS[0])
    assert unfinished(books.settings) == []
    file.write_bytes(kept)
    forget(books, USERS[0])
    books.check()


def test_without_a_lake_the_ledger_follows_raw(books: Books, tmp_path: Path) -> None:
    batch_id = take(books, tmp_path / "a.csv", GOOD.format(USERS[0], 1, 1), GOOD.format(USERS[1], 1, 2))
    lake = Lake(books.settings.lake_folder)
    lake.manifest(batch_id).unlink()
    for path in lake.accepted_files("events", batch_id):
        path.unlink()
    forget(books, USERS[0])
    told = books.ask("select accepted, erased, event_dates from ops.batches")
    assert told == [(1, 1, [date(2025, 11, 2)])]
    with open_warehouse(books.settings) as warehouse:
        assert warehouse.imbalances(thorough=True) == []


@pytest.mark.slow
def test_copies_among_replayed_rows(books: Books, tmp_path: Path) -> None:
    take(books, tmp_path / "a.csv", *(LATE.format(user, 1, 1) for user in (*USERS, USERS[0], USERS[1])))
    books.lenient().replay()
    forget(books, USERS[0])
    books.check()
    fates = "select replay_of is null, rows_read, accepted, replayed, duplicates, erased from ops.batches order by 1"
    assert books.ask(fates) == [(False, 3, 2, 0, 1, 0), (True, 5, 0, 3, 0, 2)]
    (again,) = books.ask("select batch_id from ops.batches where replay_of is not null")[0]
    books.remove(again)
    books.check()
    assert books.lenient().replay().batches[0].rows_read == 3


@pytest.mark.slow
@pytest.mark.parametrize("is_cut_off", [False, True])
@pytest.mark.parametrize("user", USERS[:2])
def test_rows_whose_id_was_corrected(books: Books, tmp_path: Path, user: str, is_cut_off: bool) -> None:
    take(books, tmp_path / "a.csv", LATE.format(USERS[0], 1, 1), LATE.format(USERS[2], 1, 1))
    correct(books, tmp_path, 1, (USERS[0], USERS[1]))
    if is_cut_off:
        cut_off(books, user)
    forget(books, user)
    books.check()
    fates = "select rows_read, accepted, erased, derived from ops.batches where replay_of is not null"
    assert books.ask(fates) == [(1, 1, 0, 1) if user == USERS[0] else (2, 1, 1, 0)]


def test_an_unfinished_erasure_is_named_where_the_lake_and_raw_disagree(books: Books, tmp_path: Path) -> None:
    take(books, tmp_path / "a.csv", GOOD.format(USERS[0], 1, 1), GOOD.format(USERS[1], 1, 1))
    cut_off(books, USERS[0])

    def plan() -> None:
        with explained(books.settings), open_warehouse(books.settings) as warehouse:
            warehouse.plan_backfill(Lake(books.settings.lake_folder), None, None, None)

    with pytest.raises(LedgerError, match=r"no damage of the lake.*`shopflow forget` again"):
        plan()
    forget(books, USERS[0])
    plan()


def test_receipts_that_were_taken_away_do_not_end_the_search(books: Books, tmp_path: Path) -> None:
    take(books, tmp_path / "a.csv", GOOD.format(USERS[0], 1, 1))
    forget(books, USERS[0])
    with open_warehouse(books.settings) as warehouse:
        warehouse.mark_built(warehouse.pending("models"), "models", LANDED)
    for path in (books.settings.home / "erasures").iterdir():
        path.unlink()
    person = find(books.settings, USERS[0])
    erased = prove(books.settings, person, erase(books.settings, person))
    assert (erased.completed_at, erased.rows) == (erased.begun_at, {}), "the tombstone tells when"


@pytest.mark.slow
@pytest.mark.parametrize("fate", ["accepted", "quarantined", "replayed", "duplicates", "erased"])
def test_a_count_below_0_does_not_close_even_if_the_sum_does(books: Books, tmp_path: Path, fate: str) -> None:
    batch_id = take(books, tmp_path / "a.csv", GOOD.format(USERS[0], 1, 1))
    other = "erased" if fate == "duplicates" else "duplicates"
    books.ask(f"update ops.batches set {fate} = {fate} - 2, {other} = {other} + 2")
    with open_warehouse(books.settings) as warehouse:
        assert any(f"of batch {batch_id} -" in told for told in warehouse.imbalances())


rows = st.tuples(st.sampled_from([GOOD, LATE]), st.sampled_from(USERS), st.integers(1, 2), st.integers(1, 3)).map(
    lambda drawn: drawn[0].format(*drawn[1:])
)
acts = st.one_of(
    st.tuples(st.just("take"), st.lists(rows, min_size=1, max_size=6)),
    st.tuples(st.just("replay")),
    st.tuples(st.just("correct"), st.sampled_from(USERS), st.sampled_from(USERS)),
    st.tuples(st.just("forget"), st.sampled_from(USERS)),
    st.tuples(st.just("cut off"), st.sampled_from(USERS)),
    st.tuples(st.just("remove")),
    st.tuples(st.just("damage")),
    st.tuples(st.just("let go")),
)
FIRST = [kind.format(user, n, n) for kind in (GOOD, LATE) for user in USERS for n in (1, 1, 2)]


@pytest.mark.slow
@examples(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=st.lists(acts, min_size=2, max_size=7))
@example(history=[("take", [LATE.format(USERS[0], 1, 1)]), ("replay",), ("forget", USERS[0])])
@example(history=[("replay",), ("cut off", USERS[0]), ("let go",), ("forget", USERS[1])])
@example(history=[("replay",), ("let go",), ("cut off", USERS[0]), ("remove",)])
@example(history=[("remove",), ("let go",), ("forget", USERS[0])])
def test_the_ledger_says_what_the_lake_holds_after_any_history(history: list[tuple[Any, ...]]) -> None:
    with TemporaryDirectory() as folder:
        books, cut = shop(Path(folder)), set[str]()
        for number, act in enumerate([("take", FIRST), *history]):
            happen(books, Path(folder), number, cut, *act)
            agrees(books, is_cut_off=bool(cut))
        for user in sorted(cut):
            forget(books, user)
        agrees(books)
        if ("damage",) not in history:
            books.check()


def happen(books: Books, folder: Path, number: int, cut: set[str], act: str, *how: Any) -> None:
    if act == "take":
        take(books, folder / f"{number}.csv", *how[0])
    elif act == "replay":
        books.lenient().replay()
    elif act == "correct":
        correct(books, folder, number, (how[0], how[1]))
    elif act == "damage":
        books.ask("delete from raw.events where rowid % 3 = 1")
    elif act == "let go":
        books.let_go()
    elif act == "remove":
        for (batch_id,) in books.ask("select batch_id from ops.batches order by loaded_at desc, batch_id limit 1"):
            books.remove(batch_id)
    else:
        try:
            cut_off(books, how[0]) if act == "cut off" else forget(books, how[0])
        except (UnknownPerson, pytest.fail.Exception):
            return  # there was nobody, or nothing to do
        cut.add(how[0]) if act == "cut off" else cut.discard(how[0])

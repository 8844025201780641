"""The ledger's laws hold after any sequence of loads, replays, removals and replacements, and after any kill."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.errors import LedgerError
from flows.settings import PROJECT, load_settings
from tests.books import Books

pytestmark = pytest.mark.slow

HEADER = "event_id,event_type,event_timestamp,user_id,unit_price\n"
LINES = {
    "good": "g{0},page_view,2025-11-0{0}T10:00:00Z,u1,\n",
    "future": "f{0},page_view,2026-02-0{0}T10:00:00Z,u1,\n",
    "negative": "n{0},page_view,2025-11-0{0}T10:00:00Z,u1,-1\n",
    "cut": "c{0},page\n",
}
files = st.lists(
    st.tuples(st.sampled_from(sorted(LINES)), st.integers(1, 4)).map(lambda drawn: LINES[drawn[0]].format(drawn[1])),
    min_size=1,
    max_size=6,
).map(lambda lines: HEADER + "".join(lines))
which = st.integers(0, 5)
acts = st.one_of(
    st.tuples(st.just("take"), files),
    st.tuples(st.just("replay"), st.sampled_from([None, "in_the_future", "events.unit_price"])),
    st.tuples(st.just("correct"), st.integers(1, 3)),
    st.tuples(st.just("remove"), which),
    st.tuples(st.just("remove last"), st.just("is_replay")),
    st.tuples(st.just("remove last"), st.just("not is_replay")),
    st.tuples(st.just("replace"), which, files),
    st.tuples(st.just("let go")),
)


FIRST = HEADER + "".join(line.format(number) for line in LINES.values() for number in (1, 1, 2))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=st.lists(acts, min_size=2, max_size=8))
def test_the_laws_hold_after_any_history(history: list[tuple[Any, ...]]) -> None:
    with TemporaryDirectory() as folder:
        books = Books(load_settings(home=Path(folder) / "home", max_refused_share=1, threads=1))
        for number, act in enumerate([("take", FIRST), *history]):
            happen(books, Path(folder), number, *act)
            books.check()


def happen(books: Books, folder: Path, number: int, act: str, *how: Any) -> None:
    batches = books.ask("select batch_id, replay_of is not null from ops.batches order by loaded_at, batch_id")
    batch_id, is_replay = (
        batches[how[0] % len(batches)] if batches and how and isinstance(how[0], int) else (None, False)
    )
    if act == "take":
        books.take(written(folder, number, how[0]))
    elif act == "replay":
        books.lenient().replay(**({"reason": how[0]} if how[0] else {}))
        before = books.ask("from ops.replays order by all")
        assert books.lenient().replay(**({"reason": how[0]} if how[0] else {})).batches == ()
        assert books.ask("from ops.replays order by all") == before
    elif act == "correct":
        rows = books.export(folder / f"{number}.out.jsonl") if books.waiting() else []
        mended = [{**row, "raw": f"m{n},page_view,2025-11-01T10:00:00Z,u{n},"} for n, row in enumerate(rows[: how[0]])]
        (folder / f"{number}.in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in mended))
        books.replay(folder / f"{number}.in.jsonl")
    elif act == "let go":
        before = books.events()
        books.let_go()
        assert (books.waiting(), books.events(), books.let_go().files) == ([], before, 0)
    elif act == "remove" and batch_id:
        remove(books, batch_id, is_replay)
    elif act == "remove last":
        for batch_id, is_replay in [batch for batch in batches if batch[1] == (how[0] == "is_replay")][-1:]:
            remove(books, batch_id, is_replay)
    elif act == "replace" and batch_id:
        old = f"select replaced_by from ops.removals where batch_id = '{batch_id}' order by removed_at desc limit 1"
        new = books.take(written(folder, number, how[1]), replaces=batch_id)
        assert books.ask(old) == [(new,)]
        assert books.take(folder / f"{number}.csv", replaces=batch_id) == new, "again, as after a kill"
        known = {batch for (batch,) in books.ask("select batch_id from ops.batches")}
        assert (new in known, batch_id in known) == (True, False)


def remove(books: Books, batch_id: str, is_replay: bool) -> None:
    waited = len(books.waiting())
    (rows_read,) = books.ask(f"select rows_read from ops.batches where batch_id = '{batch_id}'")[0]
    of = f"select replay_of from ops.batches where batch_id = '{batch_id}'"
    is_purged = books.ask(f"select 1 from ops.batches where purged_at is not null and batch_id in ({of})") != []
    books.remove(batch_id)
    assert not is_replay or len(books.waiting()) == waited + (0 if is_purged else rows_read), "they wait again"


def written(folder: Path, number: int, text: str) -> Path:
    path = folder / f"{number}.csv"
    path.write_text(text)
    return path


def test_a_batch_that_went_otherwise_cannot_be_replaced(tmp_path: Path) -> None:
    books = Books(load_settings(home=tmp_path / "home", max_refused_share=1))
    one, two, three = (written(tmp_path, n, HEADER + LINES["good"].format(n)) for n in (1, 2, 3))
    first = books.take(one)
    second = books.take(two, replaces=first)
    with pytest.raises(LedgerError, match=f"batch {first} was replaced by batch {second} before: replace that one"):
        books.take(three, replaces=first)
    books.remove(second)
    with pytest.raises(LedgerError, match=f"batch {first} is not in the warehouse"):
        books.take(two, replaces=first)
    assert books.ask("select count(*) from ops.batches") == [(0,)]


@pytest.mark.parametrize("work", ["replay", "replace", "remove"])
def test_killed_at_every_call_of_the_driver_the_ledger_is_before_or_after_and_never_between(
    work: str, tmp_path: Path
) -> None:
    script = Path(__file__).with_name("die_at.py")
    done = subprocess.run(
        [sys.executable, script, work, tmp_path],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.stderr == ""
    states = done.stdout.split()
    assert len(states) > 30, "hardly a call was counted: is the connection still made by duck.connect?"
    assert set(states) == {"before", "after"}
    assert states == sorted(states, reverse=True), "what was done is undone"

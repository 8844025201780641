"""Whatever arrives, is copied, renamed, removed or killed: each content is loaded once, and the ledger closes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.errors import TooManyRefused
from flows.settings import PROJECT, load_settings
from flows.warehouse import open_warehouse
from tests.books import LANDED, Books
from tests.inbox.drop import Drop, content, damaged, refused_rows

pytestmark = pytest.mark.slow

STEPS = ("collect", "land", "validate", "load", "keep", "")
MADE = {"good": content, "poison": refused_rows, "bad": damaged}
names = st.sampled_from(["a.csv", "b.csv", "sub/a.csv", "sub/c.csv"])
texts = st.tuples(st.sampled_from(["good", "good", "good", "bad", "poison"]), st.integers(1, 5))
which = st.integers(0, 3)
acts = st.one_of(
    st.tuples(st.just("arrive"), names, texts),
    st.tuples(st.just("arrive"), names, texts),
    st.tuples(st.just("half"), names, texts),
    st.tuples(st.just("complete")),
    st.tuples(st.just("copy"), which, names),
    st.tuples(st.just("copy"), which, names),
    st.tuples(st.just("rename"), which, names),
    st.tuples(st.just("touch"), which),
    st.tuples(st.just("delete"), which),
    st.tuples(st.just("run"), st.just("")),
    st.tuples(st.just("run"), st.sampled_from(STEPS)),
    st.tuples(st.just("remove"), which),
)


class Killed(BaseException):
    """The process ends here."""


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=st.lists(acts, min_size=4, max_size=14))
def test_each_content_is_loaded_once_after_any_history(history: list[tuple[Any, ...]]) -> None:
    with TemporaryDirectory() as folder:
        made = load_settings(home=Path(folder) / "home", inbox="../in", inbox_settle_seconds=0, threads=1)
        shop = Shop(Drop(made))
        first: list[tuple[Any, ...]] = [("arrive", "a.csv", ("good", 1))]
        for act in [*first, *history, ("complete",), ("run", "")]:
            getattr(shop, act[0])(*act[1:])


class Shop:
    """What happens to an inbox, and what must be so after every run."""

    def __init__(self, drop: Drop) -> None:
        self.drop, self.books, self.ticks = drop, Books(drop.settings), 0
        drop.folder.mkdir()

    def arrive(self, name: str, text: tuple[str, int]) -> None:
        self._settled(self.drop.put(name, MADE[text[0]](text[1])))

    def half(self, name: str, text: tuple[str, int]) -> None:
        self.drop.put(f"{name}.part", MADE[text[0]](text[1]))

    def complete(self) -> None:
        for path in self.drop.folder.rglob("*.part"):
            path.rename(path.with_suffix(""))

    def copy(self, which: int, name: str) -> None:
        if (path := self._file(which)) and path != self.drop.folder / name:
            self._settled(self.drop.put(name, path.read_text()))

    def rename(self, which: int, name: str) -> None:
        if path := self._file(which):
            (self.drop.folder / name).parent.mkdir(exist_ok=True)
            path.rename(self.drop.folder / name)

    def touch(self, which: int) -> None:
        if path := self._file(which):
            self._settled(path)

    def delete(self, which: int) -> None:
        if path := self._file(which):
            path.unlink()

    def _file(self, which: int) -> Path | None:
        files = sorted(self.drop.folder.rglob("*.csv"))
        return files[which % len(files)] if files else None

    def remove(self, which: int) -> None:
        batches = self.books.ask("select batch_id from ops.batches order by loaded_at, batch_id")
        if batches:
            with open_warehouse(self.drop.settings) as warehouse:
                warehouse.remove(batches[which % len(batches)][0], LANDED)

    def run(self, killed_at: str) -> None:
        def at(step: str) -> None:
            if step == killed_at:
                raise Killed

        there = self._there()
        is_stopped = False
        try:
            replace(self.drop, at=at).run()
        except Killed:
            is_stopped = True
        except TooManyRefused:
            is_stopped = True
            assert any(kind == "poison" for kind, _ in self._waiting(there)), "a batch is stopped by nothing else"
        assert self._there() == there, "nothing in the inbox was changed"
        self._check(is_stopped, there)

    def _check(self, is_stopped: bool, there: dict[str, tuple[str, int]]) -> None:
        loaded = Counter(row[0] for row in self.books.ask("select sha256 from ops.files where verdict = 'loaded'"))
        assert set(loaded.values()) <= {1}, "a content is in two batches"
        ids = [event_id for event_id, _ in self.books.events()]
        assert len(set(ids)) == len(ids), "an event is loaded twice"
        alive = self.books.ask("select sum(len(source_files)) from ops.batches")[0][0] or 0
        assert len(ids) == alive, "a file of a loaded batch is not loaded"
        ledger = self.books.ask("select count(*) from ops.files semi join ops.batches using (batch_id)")
        assert ledger == [(alive,)], "a loaded file is not in the ledger"
        if not is_stopped:
            assert self._waiting(there) == [], "a file that was there was neither loaded nor refused"
        self.books.check()

    def _waiting(self, there: dict[str, tuple[str, int]]) -> list[tuple[str, int]]:
        """What lies there and has no fate."""
        known = {"good": "loaded", "bad": "refused", "poison": "loaded"}
        return [
            text
            for text in set(there.values())
            if known[text[0]] not in {fate.verdict for fate in self.drop.fates(MADE[text[0]](text[1]))}
        ]

    def _there(self) -> dict[str, tuple[str, int]]:
        texts = {MADE[kind](number): (kind, number) for kind in MADE for number in range(1, 6)}
        files = [path for path in self.drop.folder.rglob("*.csv") if path.is_file()]
        return {str(path): texts[path.read_text()] for path in files}

    def _settled(self, path: Path) -> None:
        # A file system tells times of writing apart by a few milliseconds only: with no time to settle, two contents
        # of one size within them would look alike.
        self.ticks += 1
        os.utime(path, ns=(self.ticks * 10**9, self.ticks * 10**9))


def test_killed_at_every_call_of_the_driver_a_file_is_neither_lost_nor_doubled(tmp_path: Path) -> None:
    script = Path(__file__).with_name("die_at.py")
    done = subprocess.run(
        [sys.executable, script, tmp_path],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.stderr == ""
    states = done.stdout.split()
    assert len(states) > 20, "hardly a call was counted: is the connection still made by duck.connect?"
    assert set(states) == {"before", "after"}
    assert states == sorted(states, reverse=True), "what was done is undone"

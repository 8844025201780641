"""A drawn history of a shop and of its serving folder: whatever happens, a published copy is the marts, row for row."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, tzinfo
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from flows import kpis, publish, serving
from flows.settings import load_settings
from flows.warehouse import duck, duck_export
from flows.warehouse.duck import DuckWarehouse
from tests.increments.history import History
from tests.increments.shop import Shop

MEMORY = Path("/dev/shm")
Rows = dict[str, list[tuple[Any, ...]]]

# The steps of a publication, each of which may be the last one that happened.
STEPS = {
    "draft": (serving, "_lay_out"),
    "part": (duck_export, "_copy_part"),
    "whole": (duck_export, "_copy_whole"),
    "count": (duck_export, "_read_back"),
    "record": (duck.duck_record, "enter"),
    "disk": (serving, "to_disk"),
    "link": (serving, "make_current"),
    "old": (serving, "keep_only_last"),
    "forget": (duck.duck_record, "keep_only"),
}
IN_SESSIONS = """
    select
        min(session_date), max(session_date), count(distinct visitor_id), count(*), count(*) filter (is_converted),
        count(distinct visitor_id) filter (has_view), count(distinct visitor_id) filter (has_cart),
        count(distinct visitor_id) filter (has_checkout), count(distinct visitor_id) filter (has_purchase)
    from marts.fct_sessions
"""


class Clock:
    """A second passes from one publication to the next, as it does between two runs: copies are named by it."""

    seconds = count(1)

    @classmethod
    def now(cls, zone: tzinfo) -> datetime:
        return datetime(2025, 11, 1, tzinfo=zone) + timedelta(seconds=next(cls.seconds))


class Cut(Exception):
    """The publication was cut off here."""


def publish_shop(shop: Shop, home: Path, copies: int = 3) -> str:
    """Publish the shop's marts as the product does; the version. The shop's database is that of the warehouse."""
    settings = load_settings(home=home, serving_copies=copies)
    warehouse = object.__new__(DuckWarehouse)
    warehouse._path, warehouse._connection = settings.warehouse_path, shop.con

    @contextmanager
    def opened(_: object) -> Iterator[DuckWarehouse]:
        yield warehouse

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publish, "open_warehouse", opened)
        patch.setattr(publish, "datetime", Clock)
        return publish.publish(settings).version


def contents(database: duckdb.DuckDBPyConnection, of: str = "marts") -> Rows:
    """All rows of all tables and views of a schema, with the names and types of their columns."""
    tables = database.execute(
        "select table_name from information_schema.tables "
        "where table_catalog = current_database() and table_schema = ? order by 1",
        [of],
    ).fetchall()
    found: Rows = {}
    for (name,) in tables:
        answer = database.execute(f"from {of}.{name} order by all")
        found[name] = [tuple(map(str, answer.description or ())), *answer.fetchall()]
    return found


def current_contents(home: Path) -> Rows:
    copy = serving.current(load_settings(home=home))
    if copy is None:
        return {}
    with duckdb.connect(copy, read_only=True) as reader:
        return contents(reader)


class Published(History):
    """A history in which every whole build is published, or fails to be."""

    @initialize()
    def begin_folder(self) -> None:
        # In memory where the system has that, for nothing here is about the disk and each publication waits for it.
        self.folder = TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.home = Path(self.folder.name)
        self.readers: list[tuple[duckdb.DuckDBPyConnection, Rows]] = []

    @rule(whole=st.sampled_from([False, False, False, False, True]), copies=st.integers(1, 3))
    def build(self, whole: bool, copies: int = 3) -> None:
        self.shop.build(whole=whole, publish=False)
        version = publish_shop(self.shop, self.home, copies)
        self.shop.mark_built()
        self.compare()
        assert serving.current(load_settings(home=self.home)).stem == version
        assert len(serving.versions(load_settings(home=self.home))) <= copies

    @rule(step=st.sampled_from(sorted(STEPS)), is_first=st.booleans(), copies=st.integers(1, 3))
    def build_and_fail_to_publish(self, step: str, is_first: bool, copies: int) -> None:
        """The publication ends before or after one of its steps; a whole copy that was swapped in is right."""
        self.shop.build(publish=False)
        before, (module, name) = current_contents(self.home), STEPS[step]
        really = getattr(module, name)

        def cut(*given: Any) -> None:
            if not is_first:
                really(*given)
            raise Cut

        with pytest.MonkeyPatch.context() as patch, suppress(Cut):
            patch.setattr(module, name, cut)
            publish_shop(self.shop, self.home, copies)
        assert current_contents(self.home) in (before, contents(self.shop.con))

    @precondition(lambda self: serving.current(load_settings(home=self.home)))
    @rule()
    def open_a_reader(self) -> None:
        reader = duckdb.connect(serving.current(load_settings(home=self.home)), read_only=True)
        self.readers.append((reader, contents(reader)))

    @precondition(lambda self: self.readers)
    @rule()
    def close_a_reader(self) -> None:
        """What it sees at the end is what it saw at the beginning."""
        reader, seen = self.readers.pop(0)
        assert contents(reader) == seen
        reader.close()

    @precondition(lambda self: serving.current(load_settings(home=self.home)))
    @rule(data=st.data())
    def go_back(self, data: st.DataObject) -> None:
        settings = load_settings(home=self.home)
        serving.make_current(settings, data.draw(st.sampled_from(serving.versions(settings))))

    @rule(data=st.data())
    def lose_a_file(self, data: st.DataObject) -> None:
        files = sorted(self.home.glob("serving/*")) + sorted(self.home.glob("serving/.*"))
        if files:
            data.draw(st.sampled_from(files)).unlink()

    @rule()
    def begin_anew(self) -> None:
        """The warehouse is removed, its serving copies stay."""
        self.waiting |= self.loaded
        self.loaded = {}
        self.shop = type(self).new_shop()

    def compare(self) -> None:
        """Raise AssertionError if the current copy is not what is in the warehouse, or the KPIs not those of it."""
        assert current_contents(self.home) == contents(self.shop.con)
        assert self.shop.con.execute(kpis.VISITS).fetchall() == self.shop.con.execute(IN_SESSIONS).fetchall()

    def teardown(self) -> None:
        if hasattr(self, "shop") and hasattr(self, "home"):
            self.build(False)
            while self.readers:
                self.close_a_reader()
            self.folder.cleanup()

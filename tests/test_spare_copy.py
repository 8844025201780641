"""The spare copy becomes the next one where it lies, unless a reader has it; killed anywhere, the next one is right."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from flows import serving
from flows.publish import publish
from flows.settings import PROJECT, Settings
from flows.warehouse import open_warehouse
from tests.test_publish import names, only_one, orders

Build = Callable[[int], None]


@pytest.fixture
def grow(settings: Settings) -> Build:
    """Bring the marts to so many orders by a build in part, which dbt would record so."""

    def part(orders: int) -> None:
        with open_warehouse(settings) as warehouse:
            if not warehouse.query("select 1 from duckdb_tables() where table_name = 'fct_orders'"):
                warehouse.query("create schema marts; create table marts.fct_orders (order_id bigint, told varchar)")
            warehouse.query("insert into ops.rebuilt by name select 'fct_orders' as mart, 'order_id' as key_name")
            warehouse.query(
                "insert into ops.rebuilt by name select 'fct_orders' as mart, 'order_id' as key_name, i as key_value "
                f"from range((select count(*) from marts.fct_orders), {orders}) t(i)"
            )
            warehouse.query(
                "insert into marts.fct_orders select i, md5(i::varchar) "
                f"from range((select count(*) from marts.fct_orders), {orders}) t(i)"
            )

    return part


def published_by_turns(grow: Build, settings: Settings, *counts: int) -> list[int]:
    """Grow and publish, keeping one copy and the spare one; which file each copy is."""
    files = []
    for count in counts:
        grow(count)
        path = Path(publish(only_one(settings)).path)
        assert orders(path) == count
        files.append(path.stat().st_ino)
    return files


def test_the_spare_copy_is_brought_up_to_date_where_it_lies(grow: Build, settings: Settings) -> None:
    first, second, third, fourth = published_by_turns(grow, settings, 10, 20, 30, 40)
    assert first != second
    assert (third, fourth) == (first, second)
    assert len(names(settings)) == 3, "the current copy, the spare one, the link"


def test_a_reader_in_this_process_keeps_its_copy_which_is_then_not_used_again(grow: Build, settings: Settings) -> None:
    (first,) = published_by_turns(grow, settings, 10)
    with duckdb.connect(serving.current(settings), read_only=True) as reader:
        _, third = published_by_turns(grow, settings, 20, 30)
        assert third != first
        assert reader.execute("select count(*), max(order_id) from marts.fct_orders").fetchone() == (10, 9)


READER = """
import duckdb, sys
with duckdb.connect(sys.argv[1], read_only=True) as reader:
    print("holding", flush=True)
    input()
    print(*reader.execute("select count(*), max(order_id), count(distinct told) from marts.fct_orders").fetchone())
"""


@pytest.mark.slow
def test_a_reader_in_another_process_keeps_its_copy_which_is_then_not_used_again(
    grow: Build, settings: Settings
) -> None:
    (first,) = published_by_turns(grow, settings, 200_000)
    with subprocess.Popen(
        [sys.executable, "-c", READER, serving.current(settings)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "holding\n"
        _, third = published_by_turns(grow, settings, 200_020, 200_030)
        assert third != first
        assert reader.communicate("\n")[0] == "200000 199999 200000\n"


def test_a_spare_copy_that_is_damaged_is_replaced(grow: Build, settings: Settings) -> None:
    published_by_turns(grow, settings, 10, 20)
    (spare,) = settings.serving.glob(".spare-*")
    spare.write_bytes(b"no database" * 5_000)
    published_by_turns(grow, settings, 30)


def test_a_mart_that_is_gone_is_gone_from_the_next_copy(grow: Build, settings: Settings) -> None:
    with open_warehouse(settings) as warehouse:
        warehouse.query("create schema marts; create table marts.fct_orders (order_id bigint, told varchar)")
        warehouse.query("create table marts.old as select 1 as a")
    published_by_turns(grow, settings, 10)
    with open_warehouse(settings) as warehouse:
        warehouse.query("drop table marts.old")
    grow(20)
    assert publish(settings).rows == {"fct_orders": 20}
    with duckdb.connect(serving.current(settings), read_only=True) as reader:
        assert reader.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall() == [
            ("fct_orders",)
        ]


@pytest.mark.slow
def test_what_no_copy_lacks_is_forgotten(grow: Build, settings: Settings) -> None:
    published_by_turns(grow, settings, 10, 20, 30, 40)
    with open_warehouse(settings) as warehouse:
        assert warehouse.query("select count(*) as publications from ops.publications") == [{"publications": 2}]
        assert warehouse.query(
            "select key_value::int as id from ops.rebuilt where key_value is not null order by 1"
        ) == [{"id": number} for number in range(30, 40)]


KILLED = """
import os, signal, sys
from importlib import import_module
from flows import publish
from flows.settings import load_settings

def dies(*args):
    os.kill(os.getpid(), signal.SIGKILL)

module, name = sys.argv[2].rsplit(".", 1)
setattr(import_module(module), name, dies)
publish.publish(load_settings(home=sys.argv[1]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("has_spare", [False, True])
@pytest.mark.parametrize(
    "where",
    [
        "flows.serving.is_open",
        "shutil.copyfile",
        "flows.warehouse.duck_export._copy_part",
        "flows.warehouse.duck_export._copy_whole",
        "flows.warehouse.duck_export._read_back",
        "flows.warehouse.duck_record.enter",
        "flows.serving.to_disk",
        "flows.serving.make_current",
        "flows.serving.keep_only_last",
        "flows.warehouse.duck_record.keep_only",
    ],
)
def test_killed_anywhere_the_current_copy_is_whole_and_the_next_publication_right(
    where: str, has_spare: bool, grow: Build, settings: Settings
) -> None:
    for count in (10, 20, 30, 40) if has_spare else (40,):
        grow(count)
        publish(settings)
    grow(50)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, settings.home, where], env={**os.environ, "PYTHONPATH": str(PROJECT)}
    )
    is_called = where != ("shutil.copyfile" if has_spare else "flows.serving.is_open")
    is_swapped = not is_called or where.endswith(("keep_only_last", "keep_only"))
    assert done.returncode == (-signal.SIGKILL if is_called else 0)
    assert orders(serving.current(settings)) == (50 if is_swapped else 40)
    for count in (60, 70, 80):
        grow(count)
        publish(settings)
        assert orders(serving.current(settings)) == count
    assert not [name for name in names(settings) if name.startswith(".draft-")]
    assert len(serving.versions(settings)) == 3

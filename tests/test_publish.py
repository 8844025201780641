"""Only a whole and counted copy becomes current; a reader keeps what it has; a failure leaves yesterday's copy."""

import resource
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from flows import serving
from flows.errors import StorageError, WarehouseError
from flows.publish import publish
from flows.receipts import Receipt
from flows.settings import Settings, load_settings
from flows.warehouse import duck_export, open_warehouse

Build = Callable[[int], None]


@pytest.fixture
def build(settings: Settings) -> Build:
    """Build marts with so many orders, as dbt would."""

    def marts(orders: int) -> None:
        with open_warehouse(settings) as warehouse:
            warehouse.query("create schema if not exists marts")
            warehouse.query(
                "create or replace table marts.fct_orders as "
                f"select i as order_id, 1.25::decimal(18,4) as net_amount from range({orders}) t(i)"
            )
            warehouse.query("comment on table marts.fct_orders is 'One row is one order; it''s so.'")
            warehouse.query("comment on column marts.fct_orders.net_amount is 'What stays.'")
            warehouse.query("create or replace view marts.dim_date as select date '2025-11-01' as date_day")
            warehouse.query("create schema if not exists staging")
            warehouse.query("create or replace table staging.stg_users as select 'a@b' as email")

    return marts


def orders(path: Path | None) -> int:
    with duckdb.connect(str(path), read_only=True) as reader:
        found = reader.execute("select count(*) from marts.fct_orders").fetchone()
    assert found is not None
    return int(found[0])


def names(settings: Settings) -> list[str]:
    return sorted(path.name for path in settings.serving.iterdir())


def test_the_name_of_a_lost_copy_is_never_given_again(
    build: Build, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = type("AtOnce", (), {"now": lambda _: datetime(2025, 11, 4, tzinfo=UTC)})
    monkeypatch.setattr("flows.publish.datetime", at_once)
    build(3)
    lost = Path(publish(settings).path)
    with duckdb.connect(str(lost), read_only=True):  # DuckDB gives a process the file that it has open by this name
        lost.unlink()
        build(5)
        publish(settings)
        assert orders(serving.current(settings)) == 5


def test_the_copy_holds_every_mart_and_the_ledger_and_nothing_else(build: Build, settings: Settings) -> None:
    receipt = Receipt("r1", "b1", "load", datetime(2025, 11, 4, tzinfo=UTC), 0.5, "ok")
    with open_warehouse(settings) as warehouse:
        warehouse.record([receipt])
    build(3)
    published = publish(settings)
    path = Path(published.path)
    assert published.rows == {"dim_date": 1, "fct_orders": 3}
    assert published.bytes == path.stat().st_size
    assert serving.current(settings) == path.resolve()
    with duckdb.connect(str(path), read_only=True) as reader:
        tables = reader.execute("select schema_name || '.' || table_name from duckdb_tables() order by 1").fetchall()
        assert [name for (name,) in tables] == [
            "marts.dim_date",
            "marts.fct_orders",
            "ops.backfills",
            "ops.batches",
            "ops.erasures",
            "ops.files",
            "ops.publication",
            "ops.receipts",
            "ops.removals",
            "ops.replays",
            "ops.settings",
        ]
        assert reader.execute("select typeof(net_amount) from marts.fct_orders limit 1").fetchone() == (
            "DECIMAL(18,4)",
        )
        assert reader.execute("select comment from duckdb_tables() where table_name = 'fct_orders'").fetchone() == (
            "One row is one order; it's so.",
        )
        assert reader.execute("select comment from duckdb_columns() where column_name = 'net_amount'").fetchone() == (
            "What stays.",
        )
        assert reader.execute("select run_id, step from ops.receipts").fetchall() == [("r1", "load")]
        assert reader.execute("select version from ops.publication").fetchone() == (published.version,)


def test_the_link_is_relative_so_that_a_home_can_be_moved(build: Build, settings: Settings) -> None:
    build(2)
    published = publish(settings)
    assert (settings.serving / "current.duckdb").readlink() == Path(f"{published.version}.duckdb")
    moved = settings.home.rename(settings.home.with_name("moved"))
    assert orders(serving.current(load_settings(home=moved))) == 2


def test_nothing_was_published_yet(settings: Settings) -> None:
    assert serving.current(settings) is None
    assert serving.versions(settings) == []


def test_without_marts_there_is_nothing_to_publish(settings: Settings) -> None:
    with pytest.raises(WarehouseError, match="there are no marts to publish"):
        publish(settings)
    assert names(settings) == []


@pytest.mark.slow
def test_a_reader_keeps_its_copy_while_others_are_published_and_it_is_deleted(build: Build, settings: Settings) -> None:
    build(1)
    first = publish(settings)
    with duckdb.connect(str(serving.current(settings)), read_only=True) as reader:
        for number in range(2, 7):
            build(number)
            publish(settings)
        assert not Path(first.path).exists()
        assert reader.execute("select count(*) from marts.fct_orders").fetchone() == (1,)
    assert orders(serving.current(settings)) == 6


def test_the_last_copies_are_kept_and_numbers_only_grow(build: Build, settings: Settings) -> None:
    build(1)
    versions = [publish(settings).version for _ in range(5)]
    assert [version[:12] for version in versions] == [f"marts-{n:06d}" for n in range(1, 6)]
    kept = [f"{version}.duckdb" for version in versions]
    assert names(settings) == [f".spare-{kept[1]}", "current.duckdb", *kept[2:]]


def only_one(settings: Settings) -> Settings:
    return settings.model_copy(update={"serving_copies": 1})


def test_a_copy_that_was_made_current_by_hand_is_never_deleted(build: Build, settings: Settings) -> None:
    build(1)
    first = Path(publish(settings).path)
    second = Path(publish(settings).path)
    serving.make_current(settings, first)
    assert serving.keep_only_last(only_one(settings)) == []
    serving.make_current(settings, second)
    assert serving.keep_only_last(only_one(settings)) == [first]


def test_a_copy_that_fails_half_way_leaves_the_old_one_and_nothing_else(
    build: Build, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(4)
    publish(settings)
    before = names(settings)
    with open_warehouse(settings) as warehouse:
        warehouse.query("create view marts.zz_broken as select error('half-way') as oops")
    with pytest.raises(WarehouseError, match="half-way"):
        publish(settings)
    assert names(settings) == before
    assert orders(serving.current(settings)) == 4


def test_a_copy_with_fewer_rows_than_the_mart_never_becomes_current(
    build: Build, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(4)
    publish(settings)
    before, copy = names(settings), duck_export._copy

    def lossy(connection: duckdb.DuckDBPyConnection, marts: list[str], since: int | None) -> dict[str, int]:
        rows = copy(connection, marts, since)
        connection.execute("delete from serving.marts.fct_orders where order_id = 0")
        return rows

    monkeypatch.setattr(duck_export, "_copy", lossy)
    with pytest.raises(WarehouseError, match=r"fct_orders was copied with 4 rows, but serving.marts holds 3"):
        publish(settings)
    assert names(settings) == before


def test_a_full_disk_is_told_and_leaves_the_old_copy(build: Build, settings: Settings) -> None:
    """A limit on the size of files stands for the disk: the system refuses the write in the same way."""
    build(5)
    publish(settings)
    before = names(settings)
    build(500_000)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, limits[1]))
    try:
        with pytest.raises(StorageError, match="no room left to write"):
            publish(settings)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert names(settings) == before
    assert orders(serving.current(settings)) == 5


def test_a_serving_folder_that_cannot_be_written_is_told(build: Build, settings: Settings) -> None:
    build(1)
    settings.serving.write_text("a file where a folder should be")
    with pytest.raises(StorageError, match="cannot write the serving folder"):
        publish(settings)


def test_two_runs_cannot_publish_at_once(build: Build, settings: Settings) -> None:
    build(1)
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('holding', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code, settings.warehouse_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "holding\n"
        with pytest.raises(WarehouseError, match="another run holds the warehouse"):
            publish(settings)
        holder.communicate("\n")
    assert not settings.serving.exists()

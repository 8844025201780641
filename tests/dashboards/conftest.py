"""A small published shop: copies with the columns of the marts' YAML, made current by the product's own swap."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
import yaml
from streamlit import config

from flows import serving
from flows.settings import Settings, load_settings
from flows.warehouse.tables import OPS
from tests.dashboards.served import chromium, dashboard
from tests.dashboards.small_shop import TWO_WEEKS, Row, Tables

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MARTS = Path(__file__).resolve().parents[2] / "transforms" / "models" / "marts"
Publish = Callable[..., Path]


def write_copy(path: Path, tables: Tables) -> None:
    """A serving file: every mart with the columns and types of its YAML (null where a row lacks them), and `ops`."""
    with duckdb.connect(path) as connection:
        connection.execute("begin; create schema marts; create schema ops")
        for described in sorted(MARTS.glob("*.yml")):
            (model,) = yaml.safe_load(described.read_text("utf-8"))["models"]
            types = {column["name"]: column["data_type"] for column in model["columns"]}
            listed = ", ".join(f"{name} {kind}" for name, kind in types.items())
            connection.execute(f"create table marts.{model['name']} ({listed})")
            for row in tables.get(model["name"], []):
                assert row.keys() <= types.keys(), f"{model['name']} has no {row.keys() - types.keys()}"
                _insert(connection, f"marts.{model['name']}", row)
        for name in ("batches", "receipts"):
            listed = ", ".join(f"{field.name} {field.duckdb}" for field in OPS[name])
            connection.execute(f"create table ops.{name} ({listed})")
            for row in tables.get(f"ops.{name}", []):
                _insert(connection, f"ops.{name}", row)
        connection.execute(
            "create table ops.publication as select 'v' as version, timestamp '2025-12-01 06:30:00' as published_at;"
            "create table ops.settings as select 'reporting_timezone' as name, 'Europe/Berlin' as value; commit"
        )


def _insert(connection: duckdb.DuckDBPyConnection, table: str, row: Row) -> None:
    marks = ", ".join("?" for _ in row)
    connection.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))


@pytest.fixture(autouse=True)
def on_loopback() -> None:
    """As `shopflow dashboard` starts it, from whatever folder the tests run."""
    config.set_option("server.address", "127.0.0.1")


@pytest.fixture
def home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, which is the one that the dashboard reads."""
    monkeypatch.setenv("SHOPFLOW_HOME", str(settings.home))
    return settings.home


def publish_to(settings: Settings, tables: Tables) -> Path:
    """Make a copy of these tables the current one of a home; its path."""
    with serving.draft(settings, datetime(2025, 12, 1, 6, 30, tzinfo=UTC)) as draft:
        write_copy(draft, tables)
    copy = draft.with_name(draft.name.removeprefix(".draft-"))
    serving.make_current(settings, copy)
    serving.keep_only_last(settings)
    return copy


@pytest.fixture
def publish(home: Path) -> Publish:
    """Publishes tables (those of two weeks if none are given) as the current copy, and gives its path."""
    return lambda tables=TWO_WEEKS: publish_to(load_settings(), tables)


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    pytest.importorskip("playwright.sync_api", reason="install playwright (make test does)")
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of an empty home, which all tests of a file publish to, one after the other."""
    home = tmp_path_factory.mktemp("shop") / "home"
    home.mkdir()
    return load_settings(home=home)


@pytest.fixture(scope="module")
def address(shop: Settings) -> Iterator[str]:
    """Where the dashboard of that home is served."""
    with dashboard(shop.home) as address:
        yield address

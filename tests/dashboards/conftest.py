"""A small published shop: copies with the columns of the marts' YAML, made current by the product's own swap."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from flows import serving
from flows.settings import Settings, load_settings

MARTS = Path(__file__).resolve().parents[2] / "transforms" / "models" / "marts"
Row = dict[str, Any]
Tables = dict[str, list[Row]]
Publish = Callable[..., Path]


def day(number: int) -> date:
    return date(2025, 11, number)


def engaged(on: int, visitors: int, sessions: int) -> Row:
    return {"event_date": day(on), "dau": visitors, "sessions": sessions}


def session(visitor: str, on: int, *, purchases: int = 0) -> Row:
    bought = {"purchases": purchases, "is_converted": purchases > 0}
    return {"session_id": f"{visitor}{on}", "visitor_id": visitor, "session_date": day(on), **bought}


def order(key: str, on: int, gross: str, discount: str = "0", currency: str | None = "EUR", lines: int = 1) -> Row:
    amounts = {"gross_amount": Decimal(gross), "discount_amount": Decimal(discount)}
    return {"order_key": key, "order_date": day(on), "currency": currency, "purchase_lines": lines, **amounts}


def revenue(product: str, on: int, units: int, net: str, currency: str | None = "EUR") -> Row:
    return {
        "event_date": day(on),
        "product_id": product,
        "currency": currency,
        "units": units,
        "net_amount": Decimal(net),
    }


# Two weeks. In the second: 3 visitors, 4 sessions, 2 of them with a purchase; 3 orders, 2 in EUR and 1 in GBP.
TWO_WEEKS: Tables = {
    "dim_products": [
        {"product_id": "p1", "product_name": "Kettle", "category_level_1": "home_and_kitchen"},
        {"product_id": "p2", "product_name": None, "category_level_1": None},
    ],
    "fct_daily_engagement": [
        engaged(number, visitors, visitors)
        | {"new_visitors": int(number in (1, 2, 14)), "converted_sessions": int(number in (2, 10, 14))}
        for number, visitors in enumerate((1, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 2), start=1)
    ],
    "fct_sessions": [
        session("a:ann", 1),
        session("u:bob", 2, purchases=1),
        session("a:ann", 8),
        session("a:ann", 10, purchases=2),
        session("u:bob", 14),
        session("a:cat", 14, purchases=1),
    ],
    "fct_orders": [
        order("o1", 2, "100", "10"),
        order("o2", 10, "60.10", "0.10"),
        order("o3", 14, "40"),
        order("o4", 14, "5", currency="GBP"),
        order("o5", 14, "0", currency=None, lines=0),  # a refund that does not say its currency: no order of its own
    ],
    "fct_revenue": [
        revenue("p1", 2, 1, "90"),
        revenue("p1", 10, 2, "60"),
        revenue("p2", 14, 1, "40"),
        revenue("p1", 14, 0, "-10.005"),
        revenue("p1", 14, 1, "5", currency="GBP"),
        revenue("p1", 14, 0, "-3", currency=None),
    ],
}


def write_copy(path: Path, tables: Tables) -> None:
    """A serving file: every mart with the columns and types of its YAML (null where a row lacks them), and `ops`."""
    with duckdb.connect(path) as connection:
        connection.execute("create schema marts; create schema ops")
        for described in sorted(MARTS.glob("*.yml")):
            (model,) = yaml.safe_load(described.read_text("utf-8"))["models"]
            types = {column["name"]: column["data_type"] for column in model["columns"]}
            listed = ", ".join(f"{name} {kind}" for name, kind in types.items())
            connection.execute(f"create table marts.{model['name']} ({listed})")
            for row in tables.get(model["name"], []):
                assert row.keys() <= types.keys(), f"{model['name']} has no {row.keys() - types.keys()}"
                marks = ", ".join("?" for _ in row)
                insert = f"insert into marts.{model['name']} ({', '.join(row)}) values ({marks})"
                connection.execute(insert, list(row.values()))
        connection.execute(
            "create table ops.publication as select 'v' as version, timestamp '2025-12-01 06:30:00' as published_at;"
            "create table ops.settings as select 'reporting_timezone' as name, 'Europe/Berlin' as value"
        )


@pytest.fixture
def home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, which is the one that the dashboard reads."""
    monkeypatch.setenv("SHOPFLOW_HOME", str(settings.home))
    return settings.home


@pytest.fixture
def publish(home: Path) -> Publish:
    """Publishes tables (those of two weeks if none are given) as the current copy, and gives its path."""

    def publish(tables: Tables = TWO_WEEKS) -> Path:
        settings = load_settings()
        with serving.draft(settings, datetime(2025, 12, 1, 6, 30, tzinfo=UTC)) as draft:
            write_copy(draft, tables)
        copy = draft.with_name(draft.name.removeprefix(".draft-"))
        serving.make_current(settings, copy)
        serving.keep_only_last(settings)
        return copy

    return publish

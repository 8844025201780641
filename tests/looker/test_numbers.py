"""Looker's measures give the dashboard's numbers, and all SQL in the views can be run."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import lkml
import pytest

from flows.looker.generate import FOLDER
from tests.dashboards.conftest import write_copy
from tests.dashboards.small_shop import TWO_WEEKS

VIEWS = sorted(path.name.split(".")[0] for path in (FOLDER / "views").glob("*.view.lkml"))
SHAPES = {"sum": "sum({})", "count": "count(*)", "count_distinct": "count(distinct {})"}


def view(name: str) -> dict[str, Any]:
    found: dict[str, Any] = lkml.load((FOLDER / "views" / f"{name}.view.lkml").read_text("utf-8"))["views"][0]
    return found


def sql_of(view: dict[str, Any], name: str) -> str:
    """The SQL of a field, as Looker puts it together: what it refers to is put in."""
    kinds = ("dimensions", "dimension_groups", "measures")
    field = next(field for kind in kinds for field in view.get(kind, []) if field["name"] == name)
    sql = field.get("sql", "").replace("${TABLE}.", "")
    sql = re.sub(r"\$\{(\w+)\}", lambda found: f"({sql_of(view, found[1])})", sql)
    return SHAPES.get(field.get("type", ""), "{}").format(sql)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("looker") / "copy.duckdb"
    write_copy(path, TWO_WEEKS)
    return path


@pytest.mark.parametrize("name", VIEWS)
def test_the_sql_of_every_field_can_be_run(shop: Path, name: str) -> None:
    told = view(name)
    with duckdb.connect(shop, read_only=True) as connection:
        for kind in ("dimensions", "dimension_groups", "measures"):
            for field in told.get(kind, []):
                connection.execute(f"select {sql_of(told, field['name'])} from marts.{name}").fetchall()
    assert told["measures"][-1]["name"] == "rows"


@pytest.mark.parametrize(
    ("mart", "measure", "where", "number"),
    [
        ("fct_orders", "orders", "order_date between '2025-11-08' and '2025-11-14'", 3),
        ("fct_orders", "average_order", "order_date >= '2025-11-08' and currency = 'EUR'", 50),
        (
            "fct_revenue",
            "net_revenue",
            "event_date >= '2025-11-08' and currency = 'EUR'",
            Decimal("89.995"),
        ),  # the tile says 90.00
        ("fct_session_lengths", "sessions", "session_date >= '2025-11-08'", 4),
        ("fct_session_lengths", "conversion_rate", "session_date >= '2025-11-08'", Decimal("0.5")),
    ],
)
def test_a_measure_is_the_number_of_the_overviews_tile(
    shop: Path, mart: str, measure: str, where: str, number: object
) -> None:
    with duckdb.connect(shop, read_only=True) as connection:
        query = f"select {sql_of(view(mart), measure)} from marts.{mart} where {where}"
        assert connection.execute(query).fetchone() == (number,)

"""REES46's CSV as events and products, against what plain SQL over the published sample says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.lake import Lake
from flows.sources import FORMATS
from flows.sources.rees46 import COLUMNS

HEADER = ",".join(COLUMNS)


def line(event_type: str = "view", product: str = "44600062", price: str = "35.79", brand: str = "aqua") -> str:
    return (
        f"2019-10-01 00:00:00 UTC,{event_type},{product},2103807459595387724,home.kettle,{brand},{price},541312140,s-1"
    )


def test_the_published_sample(fate_of: Callable[..., Any], rees46_sample: Path, tmp_path: Path) -> None:
    fate = fate_of(rees46_sample, "rees46")
    (count,) = fate.validated.counts
    assert (count.rows_read, count.accepted, count.quarantined, count.duplicates) == (17_435, 17_429, 1, 5)
    assert fate.validated.reasons == {"events: cut_off_line": 1}
    (cut,) = fate.refused
    assert (cut.line, cut.raw[-14:]) == (17_436, "25.71,52040330")
    assert sum(row["unit_price"] for row in fate.accepted if row["event_type"] == "purchase") == Decimal("59442.63")
    assert len({row["user_id"] for row in fate.accepted}) == 4_504
    assert len({row["product_id"] for row in fate.accepted}) == 6_493
    assert fate.validated.event_dates == (date(2019, 10, 1),)
    (file,) = Lake(tmp_path / "home" / "lake").accepted_files("products", "b")
    products = duckdb.connect().execute(f"select count(*), count(distinct product_id) from '{file}'").fetchone()
    assert products == (fate.validated.derived["products"], 6_493)


def test_what_each_column_becomes(fate_of: Callable[..., Any]) -> None:
    fate = fate_of(f"{HEADER}\n{line()}\n{line('cart')}\n{line('remove_from_cart')}\n{line('purchase')}\n", "rees46")
    rows = {row["event_type"]: row for row in fate.accepted}
    assert {name: row["quantity"] for name, row in rows.items()} == {
        "product_view": None,
        "add_to_cart": 1,
        "remove_from_cart": 1,
        "purchase": 1,
    }
    row = rows["product_view"]
    assert (row["user_id"], row["source_session_id"], row["product_id"]) == ("541312140", "s-1", "44600062")
    assert (row["event_timestamp"], row["unit_price"], row["currency"]) == (
        datetime(2019, 10, 1),
        Decimal("35.79"),
        None,
    )
    told = {"event_id", "event_type", "event_timestamp", "user_id", "source_session_id", "product_id", "unit_price"}
    origin = {"event_date", "batch_id", "source_file"}
    assert {name for name, value in row.items() if value is not None} == told | origin


def test_rows_that_differ_in_a_column_that_we_do_not_keep_are_two_events(fate_of: Callable[..., Any]) -> None:
    other = line().replace("2103807459595387724", "2103807459595387725")
    (count,) = fate_of("\n".join([HEADER, line(), line(), other]), "rees46").validated.counts
    assert (count.accepted, count.duplicates) == (2, 1)


def test_products_are_a_function_of_the_accepted_rows(fate_of: Callable[..., Any], tmp_path: Path) -> None:
    rows = [
        line(),
        line("cart"),
        line(price="36"),
        line(brand=""),
        line("sale", product="refused"),
        line(brand="b" * 300),
    ]
    fate = fate_of("\n".join([HEADER, *rows]), "rees46")
    assert fate.validated.derived == {"products": 3}
    (file,) = Lake(tmp_path / "home" / "lake").accepted_files("products", "b")
    found = duckdb.connect().execute(f"select * exclude (product_name, is_active, currency) from '{file}' order by all")
    day = datetime(2019, 10, 1)
    assert found.fetchall() == [
        ("44600062", day, "home.kettle", "aqua", Decimal("35.79"), "b", "events.rees46"),
        ("44600062", day, "home.kettle", "aqua", Decimal("36"), "b", "events.rees46"),
        ("44600062", day, "home.kettle", None, Decimal("35.79"), "b", "events.rees46"),
    ]


@pytest.mark.parametrize(
    ("bad", "reasons"),
    [
        (line("sale"), {"event_type: unknown_value"}),
        (line(price="-1"), {"unit_price: negative"}),
        (line(price=""), set()),
        (line("purchase", price=""), {"unit_price: missing"}),
        (line(product=""), {"product_id: missing"}),
        (line().replace("541312140", ""), {"anonymous_id: missing"}),
        (line().replace(" UTC", " MSK"), {"event_timestamp: wrong_format"}),
    ],
)
def test_defects(fate_of: Callable[..., Any], bad: str, reasons: set[str]) -> None:
    assert fate_of(f"{HEADER}\n{bad}\n", "rees46").lines == ({2: reasons} if reasons else {})


def test_columns_beyond_the_nine_are_properties(fate_of: Callable[..., Any]) -> None:
    (row,) = fate_of(f"{HEADER},color\n{line()},red\n", "rees46").accepted
    assert row["properties"] == '{"color":"red"}'


def test_it_is_known_by_its_nine_columns() -> None:
    assert FORMATS["rees46"].table_of({*COLUMNS, "color"}) == "events"
    assert FORMATS["rees46"].table_of({*COLUMNS} - {"brand"}) is None

"""The benchmarks compare like with like: the floor counts what the product counts, and a shop taken apart is whole."""

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from benchmarks.days import LAST_DAY, split
from flows.generate import generate
from flows.land import land
from flows.load import load
from flows.settings import Settings
from flows.transform import transform
from flows.validate import validate

PROJECT = Path(__file__).resolve().parent.parent

# What both must say alike: the question to the product's marts, and to the floor's.
QUESTIONS = {
    "sessions and events": (
        "select count(*), sum(events), sum(purchases), count(distinct visitor_id) from marts.fct_sessions",
        "select count(*), sum(events), sum(purchases), count(distinct visitor_id) from marts.fct_sessions",
    ),
    "visitors a day, a week, a month": (
        "select sum(dau), sum(wau), sum(mau), sum(new_visitors) from marts.fct_daily_engagement",
        "select sum(dau), sum(wau), sum(mau), sum(new_visitors) from marts.fct_daily_engagement",
    ),
    "the funnel of whole sessions": (
        "select sum(view_sessions), sum(cart_sessions), sum(checkout_sessions), sum(purchase_sessions), "
        "sum(ordered_cart_sessions), sum(ordered_checkout_sessions), sum(ordered_purchase_sessions) "
        "from marts.fct_funnel where is_total",
        "select sum(view_sessions), sum(cart_sessions), sum(checkout_sessions), sum(purchase_sessions), "
        "sum(ordered_cart_sessions), sum(ordered_checkout_sessions), sum(ordered_purchase_sessions) "
        "from marts.fct_funnel where category = '(all)'",
    ),
    "the funnel of categories": (
        "select category, sum(cart_sessions), sum(ordered_cart_sessions), sum(ordered_checkout_sessions), "
        "sum(ordered_purchase_sessions) from marts.fct_funnel where category <> '(none)' group by all order by all",
        "select category, sum(cart_sessions), sum(ordered_cart_sessions), "
        "sum(ordered_checkout_sessions), sum(ordered_purchase_sessions) "
        "from marts.fct_funnel where category <> '(all)' group by all order by all",
    ),
    # But for channels, of which the floor knows a shorter list of hosts.
    "how far visitors came": (
        "select slice, sum(view_visitors), sum(cart_visitors), sum(checkout_visitors), sum(purchase_visitors), "
        "sum(ordered_cart_visitors), sum(ordered_checkout_visitors), sum(ordered_purchase_visitors), "
        "sum(ordered_purchase_visitors * (session_date - since_date)) "
        "from marts.fct_visitor_funnel where slice <> 'channel' group by all order by all",
        "select slice, sum(view_visitors), sum(cart_visitors), sum(checkout_visitors), sum(purchase_visitors), "
        "sum(ordered_cart_visitors), sum(ordered_checkout_visitors), sum(ordered_purchase_visitors), "
        "sum(ordered_purchase_visitors * (day - since)) "
        "from marts.fct_visitor_funnel where slice <> 'channel' group by all order by all",
    ),
    "revenue": (
        "select currency, sum(gross_amount), sum(discount_amount), sum(refund_amount) from marts.fct_revenue "
        "group by all order by all",
        "select currency, sum(gross_amount), sum(discount_amount), sum(refund_amount) from marts.fct_revenue "
        "group by all order by all",
    ),
    "orders": (
        "select count(*), sum(net_amount) from marts.fct_orders",
        "select count(*), sum(net_amount) from marts.fct_orders",
    ),
    "monthly cohorts": (
        "select sum(active_visitors) from marts.fct_cohort_retention",
        "select sum(visitors) from marts.fct_cohort_retention",
    ),
    # But for channels, of which the floor knows a shorter list of hosts.
    "days since visitors were active": (
        "select slice, sum(visitors), sum(visitors * days_since_active) from marts.fct_active_visitors "
        "where slice <> 'channel' group by all order by all",
        "select slice, sum(visitors), sum(visitors * (day - last_active)) from marts.fct_active_visitors "
        "where slice <> 'channel' group by all order by all",
    ),
    "hours": (
        "select sum(sessions * hour_of_day), sum(converted_sessions) from marts.fct_hourly_sessions",
        "select sum(sessions * hour), sum(converted_sessions) from marts.fct_hourly_sessions",
    ),
    "session lengths": (
        "select at_least_seconds, at_least_events, sum(sessions), sum(converted_sessions), sum(bounces), "
        "sum(session_seconds) from marts.fct_session_lengths group by all order by all",
        "select at_least_seconds, at_least_events, sum(sessions), sum(converted_sessions), sum(bounces), "
        "sum(seconds) from marts.fct_session_lengths group by all order by all",
    ),
    "products in sessions": (
        "select sum(sessions), sum(view_sessions), sum(cart_sessions), sum(purchase_sessions) "
        "from marts.fct_product_days",
        "select sum(sessions), sum(view_sessions), sum(cart_sessions), sum(purchase_sessions) "
        "from marts.fct_product_days",
    ),
    "price changes": (
        "select count(*), sum(unit_price), sum(previous_unit_price) from marts.fct_price_changes",
        "select count(*), sum(unit_price), sum(previous_price) from marts.fct_price_changes",
    ),
    "segments": (
        "select previous_segment, segment, sum(customers) from marts.fct_customer_segments group by all order by all",
        "select previous_segment, segment, sum(customers) from marts.fct_customer_segments group by all order by all",
    ),
    "what customers were worth": (
        "select currency, at_least_value, sum(customers), sum(net_amount) from marts.fct_customer_values "
        "group by all order by all",
        "select currency, at_least, sum(customers), sum(net) from marts.fct_customer_values group by all order by all",
    ),
    "days of whole years": ("select count(*) from marts.dim_date", "select count(*) from marts.dim_date"),
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Any, Any]]:
    folder = tmp_path_factory.mktemp("floor")
    settings = Settings(home=folder / "home")
    generate(folder / "shop", events=5_000, defects=("duplicate",))
    load(validate(land([folder / "shop"], settings), settings), settings)
    transform(settings)
    floor = folder / "floor.duckdb"
    subprocess.run([sys.executable, "-m", "benchmarks.floor", folder / "shop", floor], check=True, cwd=PROJECT)
    with (
        duckdb.connect(settings.warehouse_path, read_only=True) as ours,
        duckdb.connect(floor, read_only=True) as theirs,
    ):
        return {
            name: (ours.execute(question).fetchall(), theirs.execute(other).fetchall())
            for name, (question, other) in QUESTIONS.items()
        }


@pytest.mark.slow
@pytest.mark.parametrize("name", QUESTIONS)
def test_the_floor_counts_what_the_product_counts(answers: dict[str, tuple[Any, Any]], name: str) -> None:
    ours, floor = answers[name]
    assert ours == floor


@pytest.mark.slow
def test_a_shop_taken_apart_by_days_is_whole(tmp_path: Path) -> None:
    days = split(tmp_path, [9, 6], 300)

    def told(table: str, sources: list[Path]) -> Any:
        files = [str(path) for source in sources for path in (source.glob("*") if source.is_dir() else [source])]
        instant = "event_timestamp" if table == "events" else "updated_at"
        return duckdb.execute(
            f"select count(*), min({instant})::date, max({instant})::date from read_parquet(?)",
            [[file for file in files if table in Path(file).name]],
        ).fetchone()

    def ago(number: int) -> date:
        return LAST_DAY - timedelta(days=number)

    every_day = [*days.apart(), days.last]
    assert told("events", [*days.before(9), *every_day])[0] == 10 * 300
    assert [told("events", [day])[1:] for day in every_day] == [(ago(n), ago(n)) for n in (4, 3, 2, 1, 0)]
    assert told("events", days.before(6))[1:] == (ago(6), ago(5))
    assert told("events", days.before(9))[2] == ago(5)
    for table in ("users", "products"):
        assert told(table, days.before(6))[2] < ago(4)
        assert told(table, every_day)[1] >= ago(4)
    assert split(tmp_path, [6, 9], 300) == days, "made once"

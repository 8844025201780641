"""The benchmarks compare like with like: the floor counts what the product counts, and a shop taken apart is whole."""

import subprocess
import sys
from datetime import timedelta
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
        "select sum(view_sessions), sum(cart_sessions), sum(checkout_sessions), sum(purchase_sessions) "
        "from marts.fct_funnel where is_total",
        "select sum(view_sessions), sum(cart_sessions), sum(checkout_sessions), sum(purchase_sessions) "
        "from marts.fct_funnel where category = '(all)'",
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
    days = split(tmp_path, [5, 2], 300)

    def told(folders: list[Path], table: str = "events", instant: str = "event_timestamp") -> tuple[Any, ...]:
        names = [
            str(path) for folder in folders for path in sorted(folder.parent.glob(folder.name)) if table in path.name
        ]
        found = duckdb.execute(
            f"select count(*), min({instant})::date, max({instant})::date from read_parquet(?)", [names]
        ).fetchone()
        assert found
        return found

    last, short, long = [days.last / "*"], days.before(2), days.before(5)
    day_before, first_of_short = LAST_DAY - timedelta(days=1), LAST_DAY - timedelta(days=2)
    assert told([*long, *last])[0] == 6 * 300
    assert told(last)[1] == LAST_DAY
    assert told(short)[1:] == (first_of_short, day_before)
    assert told(long)[2] == day_before
    for table in ("users", "products"):
        assert told(long, table, "updated_at")[2] < LAST_DAY
        assert told(last, table, "updated_at")[1] == LAST_DAY
    assert split(tmp_path, [2, 5], 300) == days, "made once"

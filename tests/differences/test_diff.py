"""`shopflow diff` on the real models: what was planted is told, each change in its mart, and nothing else."""

import pytest

from flows.diff import diff
from flows.differences.found import Difference, MartDifference
from flows.differences.markdown import markdown
from flows.settings import load_settings
from tests.differences.planted import plant, repository

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("diff")]  # one comparison for all of these tests
EVENTS = 4_000


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Difference, list[str], list[str]]:
    """What was found in the planted repository, what was said meanwhile, and every file of the home afterwards."""
    project, home = repository(tmp_path_factory.mktemp("planted")), tmp_path_factory.mktemp("home")
    plant(project)
    said: list[str] = []
    found = diff("main", load_settings(home=home / "not there"), project=project, events=EVENTS, say=said.append)
    return found, said, [str(path) for path in home.rglob("*")]


@pytest.fixture(scope="module")
def marts(planted: tuple[Difference, list[str], list[str]]) -> dict[str, MartDifference]:
    return {mart.mart: mart for mart in planted[0].marts}


def test_only_what_changed_and_what_hangs_on_it_is_built(planted):
    selection = planted[0].selection
    assert selection.changed == (
        "dim_products",
        "fct_cohort_retention",
        "fct_cohort_revenue",
        "fct_hourly_sessions",
        "int_customer_values",
    )
    assert (selection.added, selection.removed) == (("fct_planted",), ("fct_product_days",))
    assert selection.downstream == (
        "fct_customer_segments",
        "fct_customer_values",
        "fct_funnel",
        "int_customer_segments",
        "int_session_categories",
    )
    assert len(selection.after) == 11
    assert {"int_sessions", "fct_product_days"} <= set(selection.before)
    assert not {"fct_revenue", "fct_conversions", "dim_users", "fct_planted"} & set(selection.before)


def test_each_planted_change_is_told_of_its_mart(marts):
    products = marts["dim_products"]
    assert products.key == ("product_id",)
    assert products.rows_changed == products.rows_before == products.rows_after > 100
    assert dict(products.columns) == {"brand": products.rows_changed}

    cohorts = marts["fct_cohort_retention"]
    assert (cohorts.rows_added, cohorts.rows_removed, cohorts.rows_changed) == (0, 1, 0)
    assert cohorts.rows_before - 1 == cohorts.rows_after

    hours = marts["fct_hourly_sessions"]
    assert dict(hours.columns_added) == {"planted": "BIGINT"}
    assert (hours.rows_added, hours.rows_removed, hours.rows_changed) == (0, 0, 0)

    revenue = marts["fct_cohort_revenue"]
    assert dict(revenue.columns_retyped) == {"period_start_date": ("DATE", "VARCHAR")}
    assert revenue.rows_changed == 0, "the same days, written as text"

    assert (marts["fct_planted"].state, marts["fct_product_days"].state) == ("new", "removed")
    assert marts["fct_planted"].rows_after > 3
    assert marts["fct_product_days"].rows_before > 100


def test_marts_downstream_tell_what_reached_them(marts):
    values = marts["fct_customer_values"]
    assert values.key == ("event_date", "currency", "at_least_value")
    assert values.rows_removed > 0, "all customers are in the highest range now"
    assert marts["fct_funnel"].state == "same", "it reads products, and not their brands"
    assert set(marts) == {
        "dim_products",
        "fct_cohort_retention",
        "fct_cohort_revenue",
        "fct_customer_segments",
        "fct_customer_values",
        "fct_funnel",
        "fct_hourly_sessions",
        "fct_planted",
        "fct_product_days",
    }


def test_the_comment_has_a_line_for_each_mart_that_differs(planted):
    text = markdown(planted[0])
    rows = planted[0].marts[0].rows_after
    assert f"| `dim_products` | {rows:,} | 0 | 0 | {rows:,} | `brand` {rows:,} |  |" in text.splitlines()
    assert "| + `planted` BIGINT |" in text
    assert "`period_start_date` DATE → VARCHAR" in text
    assert "- What hangs on them: `fct_customer_segments`," in text
    assert "Built, and the same row for row: `fct_funnel`" in text
    assert "from a demo shop of 4,000 events on 30 days" in text


def test_what_goes_on_is_said_and_the_home_is_not_even_made(planted):
    _, said, left = planted
    assert [step.split(" ")[0] for step in said] == ["reading", "loading", "building", "building", "comparing"]
    assert left == []

"""`shopflow diff` on the real models: what was planted is told, each change in its mart, and nothing else."""

import hashlib
import shutil
from pathlib import Path

import pytest

from flows.diff import diff
from flows.differences.found import Difference, MartDifference
from flows.differences.markdown import markdown
from flows.errors import BuildFailed, DiffRefused
from flows.settings import Settings, load_settings
from tests.differences.planted import MARTS, commit, edit, git, plant, repository

EVENTS = 4_000


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose working tree is that of its branch main, for tests that change nothing in it."""
    return repository(tmp_path_factory.mktemp("clean"))


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


def digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and ".parsed" not in path.parts)
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


@pytest.mark.slow
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
    )
    assert len(selection.after) == 10
    assert {"int_sessions", "fct_product_days"} <= set(selection.before)
    assert not {"fct_revenue", "fct_conversions", "dim_users", "fct_planted"} & set(selection.before)


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_the_comment_has_a_line_for_each_mart_that_differs(planted):
    text = markdown(planted[0])
    rows = planted[0].marts[0].rows_after
    assert f"| `dim_products` | {rows:,} | 0 | 0 | {rows:,} | `brand` {rows:,} |  |" in text.splitlines()
    assert "| + `planted` BIGINT |" in text
    assert "`period_start_date` DATE → VARCHAR" in text
    assert "- What hangs on them: `fct_customer_segments`," in text
    assert "Built, and the same row for row: `fct_funnel`" in text
    assert "from a demo shop of 4,000 events on 30 days" in text


@pytest.mark.slow
def test_what_goes_on_is_said_and_the_home_is_not_even_made(planted):
    _, said, left = planted
    assert [step.split(" ")[0] for step in said] == ["reading", "loading", "building", "building", "comparing"]
    assert left == []


def test_models_that_are_as_they_were_build_nothing(clean, settings):
    said: list[str] = []
    found = diff(None, settings, project=clean, say=said.append)
    assert (found.is_untouched, said) == (True, [])
    assert "nothing was built" in markdown(found)


@pytest.mark.slow
def test_a_description_changes_no_row_and_builds_nothing(clean, settings, tmp_path):
    project = tmp_path / "described"
    shutil.copytree(clean, project)
    edit(project / MARTS / "fct_orders.yml", "One row is", "A row is")
    found = diff("main", settings, project=project)
    assert (found.is_untouched, bool(found.selection), found.marts) == (False, False, ())
    assert "nothing that makes rows" in markdown(found)


@pytest.mark.slow
def test_a_model_that_does_not_build_is_named_with_its_side_and_dbts_words(clean, settings, tmp_path):
    project = tmp_path / "broken"
    shutil.copytree(clean, project)
    edit(project / MARTS / "fct_price_changes.sql", "select * from fct_price_changes", "select * from nowhere")
    before = digest(project)
    with pytest.raises(BuildFailed, match=r"^the models as they are now do not build: model fct_price_changes: .*nowhere"):
        diff("main", settings, project=project, events=EVENTS)
    assert digest(project) == before
    commit(project, "broken")
    git(project, "branch", "broken")
    edit(project / MARTS / "fct_price_changes.sql", "select * from nowhere", "select * from fct_price_changes")
    with pytest.raises(BuildFailed, match=r"^the models of broken \(\w{8}\) do not build: model fct_price_changes"):
        diff("broken", settings, project=project, events=EVENTS)


def test_it_is_compared_with_where_the_work_began_and_not_with_what_others_did_since(clean, settings, tmp_path):
    project = tmp_path / "others"
    shutil.copytree(clean, project)
    git(project, "checkout", "-q", "-b", "work")
    git(project, "checkout", "-q", "main")
    edit(project / MARTS / "fct_orders.yml", "One row is", "A row is")
    commit(project, "by somebody else")
    git(project, "checkout", "-q", "work")
    assert diff("main", settings, project=project).is_untouched


def test_what_cannot_be_compared_is_said_in_a_sentence(clean, settings, tmp_path):
    with pytest.raises(DiffRefused, match=r"^git knows no commit 'no-such' here: name a branch"):
        diff("no-such", settings, project=clean)
    with pytest.raises(DiffRefused, match=r"^git knows no commit '--help' here"):
        diff("--help", settings, project=clean)
    with pytest.raises(DiffRefused, match="is not in a git checkout"):
        diff("main", settings, project=tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    git(empty, "init", "--quiet", "--initial-branch", "trunk")
    (empty / "a.txt").write_text("a")
    commit(empty, "no models")
    with pytest.raises(DiffRefused, match="git knows neither origin/main nor main here"):
        diff(None, settings, project=empty)
    with pytest.raises(DiffRefused, match=r"there is no transforms/ at trunk"):
        diff("trunk", settings, project=empty)


@pytest.mark.slow
def test_the_rows_of_a_home_are_read_and_left_as_they_are(clean, settings: Settings, tmp_path):
    from flows.differences.rows import demo_rows

    with pytest.raises(DiffRefused, match="nothing was loaded in"):
        _planted_price(clean, tmp_path / "early", settings)
    demo_rows(settings, 500)
    before = digest(settings.home)
    found = _planted_price(clean, tmp_path / "late", settings)
    assert found.rows == f"500 events of {settings.home}"
    assert [(mart.mart, mart.state) for mart in found.marts] == [("fct_planted", "new")]
    assert digest(settings.home) == before


def _planted_price(clean: Path, project: Path, settings: Settings) -> Difference:
    shutil.copytree(clean, project)
    (project / MARTS / "fct_planted.sql").write_text("select product_id from {{ ref('stg_products') }}\n")
    (project / MARTS / "fct_planted.yml").write_text(
        "models: [{name: fct_planted, columns: [{name: product_id, data_type: string}]}]\n"
    )
    return diff("main", settings, project=project, of_home=True)

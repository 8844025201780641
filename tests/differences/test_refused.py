"""`shopflow diff` where there is nothing to compare or something does not build; and from the rows of a home."""

import hashlib
import json
from pathlib import Path

import pytest

from flows.commands.diff import show_diff
from flows.diff import diff
from flows.differences.markdown import markdown
from flows.differences.rows import demo_rows
from flows.errors import BuildFailed, DiffRefused
from flows.settings import PROJECT, Settings
from tests.differences.planted import commit, edit, git
from tests.differences.tiny import DAYS, YAML, tiny

EVENTS = 200


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tiny(tmp_path / "project")


def digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and ".parsed" not in path.parts)
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def test_models_that_are_as_they_were_build_nothing(project, settings):
    said: list[str] = []
    found = diff(None, settings, project=project, say=said.append)
    assert (found.base.name, found.is_untouched, said) == ("main", True, [])
    assert markdown(found).endswith("nothing was built.")


@pytest.mark.slow
def test_a_description_makes_no_row_and_builds_nothing(project, settings):
    edit(project / YAML, "One row is", "A row is")
    found = diff("main", settings, project=project)
    assert (found.is_untouched, bool(found.selection), found.marts) == (False, False, ())
    assert "nothing that makes rows" in markdown(found)


def test_it_is_compared_with_where_the_work_began_and_not_with_what_others_did_since(project, settings):
    git(project, "checkout", "-q", "-b", "work")
    git(project, "checkout", "-q", "main")
    edit(project / DAYS, "count(*)", "2 * count(*)")
    commit(project, "by somebody else")
    git(project, "checkout", "-q", "work")
    assert diff("main", settings, project=project).is_untouched


@pytest.mark.slow
def test_a_model_that_does_not_build_is_named_with_its_side_and_dbts_words(project, settings):
    edit(project / DAYS, "count(*)", "nowhere")
    before = digest(project)
    with pytest.raises(BuildFailed, match=r"^the models as they are now do not build: model fct_days: .*nowhere"):
        diff("main", settings, project=project, events=EVENTS)
    assert digest(project) == before

    commit(project, "broken")
    edit(project / DAYS, "nowhere", "count(*)")
    with pytest.raises(BuildFailed, match=r"^the models of HEAD \(\w{8}\) do not build: model fct_days: .*nowhere"):
        diff("HEAD", settings, project=project, events=EVENTS)


@pytest.mark.slow
def test_models_that_cannot_be_read_are_told_of_their_side(project, settings):
    edit(project / DAYS, "ref('stg_events')", "ref('stg_nothing')")
    with pytest.raises(BuildFailed, match=r"^the models as they are now do not build: .*stg_nothing"):
        diff("main", settings, project=project)


@pytest.mark.parametrize("name", ["no-such", "--help", ""])
def test_a_base_that_git_does_not_know_is_said(project, settings, name):
    with pytest.raises(DiffRefused, match=f"^git knows no commit '{name}' here: name a branch, a tag or a commit"):
        diff(name, settings, project=project)


def test_without_a_checkout_a_main_branch_or_models_there_is_nothing_to_compare_with(settings, tmp_path):
    with pytest.raises(DiffRefused, match="is not in a git checkout, so there is nothing to compare with"):
        diff("main", settings, project=tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    git(empty, "init", "--quiet", "--initial-branch", "trunk")
    (empty / "a.txt").write_text("a")
    commit(empty, "no models")
    with pytest.raises(DiffRefused, match="git knows neither origin/main nor main here"):
        diff(None, settings, project=empty)
    with pytest.raises(DiffRefused, match=r"there is no transforms/ at trunk \(\w{8}\)"):
        diff("trunk", settings, project=empty)


@pytest.mark.slow
def test_the_rows_of_a_home_are_read_and_left_as_they_are(project, settings: Settings):
    edit(project / DAYS, "count(*)", "2 * count(*)")
    with pytest.raises(DiffRefused, match=r"nothing was loaded in .* yet: leave --home out"):
        diff("main", settings, project=project, of_home=True)
    cloud = settings.model_copy(update={"target": "bigquery"})
    with pytest.raises(DiffRefused, match="on BigQuery cannot be had here"):
        diff("main", cloud, project=project, of_home=True)
    demo_rows(settings, EVENTS)
    before = digest(settings.home)
    found = diff("main", settings, project=project, of_home=True)
    assert found.rows == f"200 events of {settings.home}"
    (days,) = found.marts
    assert (days.mart, days.key) == ("fct_days", ("event_date",))
    assert days.rows_changed == days.rows_before == days.rows_after > 20
    assert digest(settings.home) == before


@pytest.mark.slow
def test_json_says_what_the_text_says_and_progress_is_apart(project, settings, monkeypatch, capsys):
    edit(project / DAYS, "count(*) as events", "count(*) as events, 1 as one")
    monkeypatch.setenv("SHOPFLOW_HOME", str(settings.home))
    monkeypatch.setattr("flows.commands.diff.diff", lambda *a, **k: diff(*a, **k, project=project))
    show_diff("main", "json", of_home=False, events=EVENTS)
    told, progress = capsys.readouterr()
    found = json.loads(told)
    assert found["models"] == {"changed": ["fct_days"], "added": [], "removed": [], "downstream": []}
    assert found["built"] == {"before": ["fct_days", "stg_events"], "after": ["fct_days"]}
    assert [(mart["mart"], mart["state"], mart["columns_added"]) for mart in found["marts"]] == [
        ("fct_days", "changed", {"one": "INTEGER"})
    ]
    assert "s  building 1 model with the models as they are now\n" in progress
    with pytest.raises(DiffRefused, match="'yaml' is not a format; there are text, json"):
        show_diff("main", "yaml", of_home=False, events=EVENTS)


def test_the_real_project_is_what_is_compared_unless_another_is_named():
    assert (PROJECT / "transforms" / "dbt_project.yml").is_file()
    assert diff.__kwdefaults__["project"] == PROJECT

"""The project is parsed once for all homes and processes, and what is kept is what was parsed."""

from __future__ import annotations

import os
import shutil
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from flows.builds import kept, parsed, project
from flows.builds.command import TRANSFORMS
from flows.settings import Settings

MODEL = "models/marts/fct_orders.sql"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, of which nothing is kept."""
    folder = tmp_path_factory.mktemp("copy") / "transforms"
    shutil.copytree(TRANSFORMS, folder, ignore=shutil.ignore_patterns("target", "logs", kept.FOLDER))
    return folder


@pytest.fixture
def parse(copy: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Asks for the copy's manifest as a process does that has none yet; the second value says whether it was parsed."""
    monkeypatch.setattr(import_module("flows.builds.command"), "TRANSFORMS", copy)
    parses: list[Any] = []
    really = project._parse

    def noted(arguments: list[str]) -> Any:
        parses.append(arguments)
        return really(arguments)

    monkeypatch.setattr(project, "_parse", noted)

    def parse() -> tuple[Any, bool]:
        monkeypatch.setattr(project, "_parsed", {})
        parses.clear()
        return parsed(settings), bool(parses)

    return parse


@pytest.mark.slow
def test_another_process_reads_what_was_parsed(parse, copy):
    first, is_parsed = parse()
    again, is_parsed_again = parse()
    assert (is_parsed, is_parsed_again) == (True, False)
    assert first is not again
    assert again.to_dict() == first.to_dict()
    assert len(list((copy / kept.FOLDER).iterdir())) == 1, "drafts are gone"

    (path,) = (copy / kept.FOLDER).iterdir()
    path.write_bytes(path.read_bytes()[:1000])
    mended, is_parsed = parse()
    assert is_parsed, "what was torn is parsed anew"
    assert mended.nodes.keys() == first.nodes.keys()
    assert not parse()[1]


def test_whatever_changes_the_project_is_another_manifest(copy, monkeypatch):
    def place() -> Path:
        return kept.place_of(copy, "duckdb", "duckdb")

    before = place()
    assert place() == before
    for name in (MODEL, "macros/share.sql", "dbt_project.yml", "profiles.yml", "tests/the_calendar_has_no_gap.sql"):
        really = (copy / name).read_text()
        (copy / name).write_text(really + "\n")
        assert place() != before, name
        (copy / name).write_text(really)
    assert place() == before
    assert kept.place_of(copy, "bigquery", "duckdb") != before
    assert kept.place_of(copy, "duckdb", "another prefix") != before
    monkeypatch.setattr(kept, "version", lambda package: "another")
    assert place() != before


def test_only_the_newest_are_kept(tmp_path):
    paths = [tmp_path / kept.FOLDER / f"duckdb-{number}.pickle" for number in range(kept.MANIFESTS + 2)]
    manifest = _manifest()
    for number, path in enumerate(paths):
        kept.keep(path, manifest)
        os.utime(path, (number, number))
    kept.keep(paths[0], manifest)
    assert {path for path in paths if path.exists()} == {paths[0], *paths[3:]}


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path):
    (tmp_path / kept.FOLDER).write_text("a file is in the way")
    kept.keep(tmp_path / kept.FOLDER / "duckdb-1.pickle", _manifest())
    assert kept.read(tmp_path / kept.FOLDER / "duckdb-1.pickle") is None
    assert [path.name for path in tmp_path.iterdir()] == [kept.FOLDER]


def _manifest() -> Any:
    import dbt.cli.main  # noqa: F401
    from dbt.contracts.graph.manifest import Manifest

    return Manifest()

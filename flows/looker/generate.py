"""Write the LookML project's generated files; what was made by hand stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from flows.errors import SettingsError
from flows.looker.marts import Mart, marts_of
from flows.looker.views import Metrics, fields_of, view_of
from flows.settings import PROJECT, Settings

FOLDER = PROJECT / "dashboards" / "looker"
METRICS = PROJECT / "dashboards" / "metrics.yml"
MODEL = "shopflow"
DATAGROUP = "after_build"

_HEAD = "# Written by `shopflow lookml`; your own fields belong into a refinement, in another file.\n\n"


def generate(settings: Settings, folder: Path = FOLDER) -> list[Path]:
    """Write the views and the model below `folder`, and delete views of marts that are gone.

    Parses the dbt project, which takes seconds; opens no database and asks no Looker. The same project gives the same
    files, on both targets. Raises SettingsError where the extra `looker` is not installed or a metric's measure cannot
    be made, BuildFailed where dbt cannot read the project; then nothing was written.
    """
    from flows.builds.project import parsed

    return write(lookml(marts_of(parsed(settings)), yaml.safe_load(METRICS.read_text("utf-8"))), folder)


def lookml(marts: list[Mart], metrics: Metrics) -> dict[str, str]:
    """The text of each generated file, by its path below the project's folder."""
    try:
        import lkml
    except ImportError as error:
        raise SettingsError("the extra looker is not installed: `pip install -e '.[looker]'`") from error
    files = {
        f"views/{mart.name}.view.lkml": _HEAD + lkml.dump({"views": [view_of(mart, metrics)]}) + "\n" for mart in marts
    }
    return files | {f"{MODEL}.model.lkml": _HEAD + lkml.dump(model_of(marts, metrics)) + "\n"}


def model_of(marts: list[Mart], metrics: Metrics) -> dict[str, Any]:
    """The model: an explore for each mart, what it may be joined to, and the datagroup that a run resets."""
    fields = {mart.name: fields_of(mart, metrics) for mart in marts}
    return {
        "connection": "@{connection}",
        "includes": ["/views/*.view.lkml", "/refinements/*.lkml", "/dashboards/*.dashboard.lookml"],
        "datagroups": [{"name": DATAGROUP, "max_cache_age": "24 hours"}],
        "persist_with": DATAGROUP,
        "explores": [_explore(mart, fields) for mart in marts],
    }


def _explore(mart: Mart, fields: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    told = {"name": mart.name, "description": mart.description}
    joins = [
        {
            "name": join.to,
            "type": "left_outer",
            "relationship": "many_to_one",
            "sql_on": " = ".join(
                f"${{{name}.{fields[name][column]}}}"
                for name, column in ((mart.name, join.column), (join.to, join.field))
            ),
        }
        for join in mart.joins
    ]
    return told | ({"joins": joins} if joins else {})


def write(files: Mapping[str, str], folder: Path) -> list[Path]:
    """Write the files below `folder`; the paths of all generated files. Views that are not among them are deleted."""
    kept = {folder / name for name in files}
    for path in (folder / "views").glob("*.view.lkml"):
        if path not in kept:
            path.unlink()
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return sorted(kept)

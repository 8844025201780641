"""Errors that people make, planted into infra/ one at a time: each is caught, and as infra/README.md says.

The layers, in order: `fmt`; `validate`, by the types of the provider's schema; `validate` and `test`, by what
infra/offline/judge.py knows of values; `test`, by Terraform's own rules once values are known, and by assertions.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flows.settings import PROJECT
from tests.infra.conftest import Ask
from tests.infra.planned import NEWEST

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("terraform")]


@dataclass(frozen=True)
class Planted:
    """What stands in a file, what is put in its place, the command that finds it, and what that says."""

    about: str
    file: str
    right: str
    wrong: str
    command: str
    says: str


ERRORS = (
    Planted(
        "a line out of its form", "registry.tf", 'format        = "DOCKER"', 'format = "DOCKER"', "fmt", "registry"
    ),
    Planted(
        "an argument that is misspelt",
        "buckets.tf",
        "uniform_bucket_level_access = true",
        "uniform_bucket_level_acess  = true",
        "validate",
        'An argument named "uniform_bucket_level_acess" is not expected',
    ),
    Planted(
        "an argument in the place of a block",
        "buckets.tf",
        "versioning {\n    enabled = true\n  }",
        "versioning = { enabled = true }",
        "validate",
        'An argument named "versioning" is not expected',
    ),
    Planted(
        "a required argument that lacks",
        "github.tf",
        '  role               = "roles/iam.workloadIdentityUser"\n',
        "",
        "validate",
        'The argument "role" is required',
    ),
    Planted(
        "a variable that is not there", "jobs.tf", "var.runs.timeout", "var.run.timeout", "validate", "undeclared input"
    ),
    Planted(
        "an attribute that is not there",
        "logs.tf",
        "google_logging_project_sink.runs.writer_identity",
        "google_logging_project_sink.runs.writer",
        "validate",
        'no argument, nested block, or exported attribute named "writer"',
    ),
    Planted(
        "a value that is none of those allowed",
        "registry.tf",
        'action = "DELETE"',
        'action = "REMOVE"',
        "validate",
        "cleanup_policies.action is 'REMOVE', not one of",
    ),
    Planted(
        "a read-only argument",
        "logs.tf",
        "  unique_writer_identity = true\n",
        '  unique_writer_identity = true\n  writer_identity        = "serviceAccount:me@example.com"\n',
        "validate",
        "writer_identity is read-only",
    ),
    Planted(
        "a name that is too long once it is put together",
        "identities.tf",
        '"${local.name}-${each.key}"',
        '"${local.name}-identity-of-${each.key}"',
        "test",
        "account_id is 'shopflow-prod-identity-of-dashboard', not of the form",
    ),
    Planted(
        "a key that is only known after the apply",
        "jobs.tf",
        'for_each = { for name, job in google_cloud_run_v2_job.this : name => job if name == "deploy" }',
        "for_each = toset([for job in google_cloud_run_v2_job.this : job.uid])",
        "test",
        "Invalid for_each argument",
    ),
    Planted(
        "a bucket that could be made public",
        "buckets.tf",
        'public_access_prevention    = "enforced"',
        'public_access_prevention    = "inherited"',
        "test",
        "a bucket could be made public",
    ),
    Planted(
        "a dashboard for everybody",
        "dashboard.tf",
        '  role     = "roles/run.invoker"\n  member   = each.value',
        '  role     = "roles/run.invoker"\n  member   = "allUsers"',
        "test",
        "others than the dashboard's readers reach it",
    ),
    Planted(
        "a right on the whole project",
        "identities.tf",
        'role = "roles/run.developer"',
        'role = "roles/run.admin"',
        "test",
        "somebody has other rights on the whole project than those that he needs",
    ),
    Planted(
        "a pull request that may deploy",
        "github.tf",
        "    \"assertion.ref == 'refs/heads/${each.value.branch}'\",\n",
        "",
        "test",
        "other workflows than those of this repository's main branch",
    ),
    Planted(
        "a secret that somebody else may read",
        "secrets.tf",
        'dashboard-sign-in    = ["dashboard"]',
        'dashboard-sign-in    = ["dashboard", "runner"]',
        "test",
        "somebody reads a secret that is not his",
    ),
    Planted(
        "Looker's secret for a job that is not a run",
        "jobs.tf",
        'args = ["doctor"], secrets = {} }',
        'args = ["doctor"], secrets = { LOOKERSDK_CLIENT_SECRET = "looker-client-secret" } }',
        "test",
        "Looker's secret does not come from Secret Manager, or reaches others than runs",
    ),
)


@pytest.fixture(scope="module")
def found(terraform: Ask, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """The command that failed on each error, and what it said."""
    commands = [
        ["fmt", "-check"],
        ["validate", "-no-color"],
        ["test", "-no-color", "-filter=tests/security.tftest.hcl"],
    ]
    asked = []
    for error in ERRORS:
        folder = tmp_path_factory.mktemp("planted") / "infra"
        shutil.copytree(PROJECT / "infra", folder, ignore=shutil.ignore_patterns("offline", "environments"))
        plant(error, folder)
        # Only what is out of its form is asked for that: it is no error of the others that their columns moved.
        asked.append({"folder": str(folder), "schema": NEWEST, "commands": commands[error.command != "fmt" :]})
    said = terraform(asked)
    return {error.about: last(each) for error, each in zip(ERRORS, said, strict=True)}


def plant(error: Planted, folder: Path) -> None:
    path = folder / error.file
    text = path.read_text("utf-8")
    assert text.count(error.right) == 1, f"{error.about}: {error.file} has changed"
    path.write_text(text.replace(error.right, error.wrong), "utf-8")


def last(said: list[dict[str, Any]]) -> tuple[str, str]:
    told = said[-1]
    words = re.sub(r"[\s│]+", " ", told["out"] + told["error"])
    return (told["command"], words) if told["code"] else ("nothing", words)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.about)
def test_each_planted_error_is_caught(error: Planted, found: dict[str, tuple[str, str]]) -> None:
    command, words = found[error.about]
    assert (command, error.says in words) == (error.command, True), words


def test_the_page_lists_each_of_them_with_the_command_that_catches_it() -> None:
    page = (PROJECT / "infra/README.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| ([^|]+) \| `(\w+)`[^|]* \|", page, re.MULTILINE))
    assert {error.about: rows.get(error.about) for error in ERRORS} == {error.about: error.command for error in ERRORS}

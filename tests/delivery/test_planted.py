"""Errors that people make, planted one at a time into what delivers shopflow: each is caught, and by the layer that
docs/how_to/delivery.md names. Secrets and vulnerabilities have tests of their own beside this."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from delivery import compose, image, workflows
from delivery.complaint import Complaint
from flows.settings import PROJECT
from tests.delivery.conftest import Ask

CHECKS, DEPLOY = ".github/workflows/checks.yml", ".github/workflows/deploy.yml"
TAKEN = (".github", "deployments", "Makefile", "pyproject.toml", ".dockerignore")
CHECKOUT = "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2"


@dataclass(frozen=True)
class Planted:
    """What first stands in a file, what is put in its place, the layer that finds it, and what that says."""

    about: str
    file: str
    right: str
    wrong: str
    layer: str
    says: str


ERRORS = (
    Planted(
        "a key of a job that is misspelt", CHECKS, "timeout-minutes: 90", "timeout-minuets: 90", "schema", "minuets"
    ),
    Planted("an event that is misspelt", CHECKS, "pull_request:", "pull_requests:", "schema", "pull_requests"),
    Planted(
        "a job that waits for one that is not there",
        DEPLOY,
        "needs: checks",
        "needs: check",
        "rules",
        "waits for check",
    ),
    Planted(
        "a context that is not there", DEPLOY, "${{ vars.GOOGLE_PROVIDER }}", "${{ var.X }}", "rules", "speaks of var"
    ),
    Planted("a step that runs something else than a chore", CHECKS, "make lint", "ruff check .", "rules", "make's"),
    Planted("a chore that make does not have", CHECKS, "make lint", "make tea", "rules", "make has no tea"),
    Planted("an action that is named by a tag", CHECKS, CHECKOUT, "actions/checkout@v6", "rules", "not pinned"),
    Planted(
        "a stranger's code with our rights", CHECKS, "pull_request:", "pull_request_target:", "rules", "stranger's code"
    ),
    Planted(
        "a secret in checks of pull requests",
        CHECKS,
        "      - run: make lint",
        "      - env: {KEY: '${{ secrets.KEY }}'}\n        run: make lint",
        "rules",
        "must need no secret",
    ),
    Planted("an identity without the gate", DEPLOY, "    environment: production\n", "", "rules", "without the gate"),
    Planted("rights that a workflow does not need", DEPLOY, "id-token: write", "packages: write", "rules", "packages"),
    Planted(
        "a key of Google's",
        DEPLOY,
        "workload_identity_provider:",
        "credentials_json:",
        "rules",
        "uses a key of Google's",
    ),
    Planted(
        "the checkout's token left behind",
        CHECKS,
        "        with: {persist-credentials: false}\n",
        "",
        "rules",
        "leaves the token",
    ),
    Planted("a runner that changes by itself", CHECKS, "ubuntu-24.04", "ubuntu-latest", "rules", "ubuntu-latest"),
    Planted(
        "an ecosystem that Dependabot does not know",
        ".github/dependabot.yml",
        "package-ecosystem: docker\n",
        "package-ecosystem: dokcer\n",
        "schema",
        "dokcer",
    ),
    Planted(
        "a field that issue forms do not have",
        ".github/ISSUE_TEMPLATE/bug.yml",
        "type: dropdown",
        "type: drowdown",
        "schema",
        "drowdown",
    ),
    Planted(
        "an image that changes by itself",
        image.FILE,
        "python:3.11.14-slim-bookworm",
        "python:latest",
        "hadolint",
        "DL3007",
    ),
    Planted("a cache left in the image", image.FILE, "--no-cache-dir ", "", "hadolint", "DL3042"),
    Planted("an image that runs as root", image.FILE, "USER 10001:10001", "USER root", "rules", "runs as root"),
    Planted("libraries that nothing pins", image.FILE, "-c constraints.txt ", "", "rules", "does not pin"),
    Planted(
        "a secret in the image", image.FILE, "ARG EXTRAS", "ARG API_KEY=x\nARG EXTRAS", "rules", "read out of the image"
    ),
    Planted("an image without Looker's library", image.FILE, "bigquery,looker", "bigquery", "rules", "extra looker"),
    Planted("whatever lies about, sent to the build", ".dockerignore", "\n*\n", "\ndata\n", "rules", "begins with"),
    Planted("a key of a service that is misspelt", compose.FILE, "healthcheck:", "healtcheck:", "schema", "healtcheck"),
    Planted(
        "a port that is open to the network", compose.FILE, '"127.0.0.1:8501:8502"', '"8501:8502"', "rules", "open to"
    ),
    Planted(
        "a password in the file",
        compose.FILE,
        "POSTGRES_PASSWORD: ${DATABASE_PASSWORD:?make up writes one into deployments/.env}",
        "POSTGRES_PASSWORD: prefect",
        "rules",
        "POSTGRES_PASSWORD stands in the file",
    ),
    Planted(
        "a database that changes by itself", compose.FILE, "postgres:17.6-bookworm", "postgres:latest", "rules", "exact"
    ),
    Planted(
        "a dashboard for whoever is on the network",
        compose.FILE,
        "environment: {SHOPFLOW_HOME: /data}",
        "environment: {SHOPFLOW_HOME: /data, SHOPFLOW_DASHBOARD_ADDRESS: 0.0.0.0}",
        "rules",
        "the door is the way in",
    ),
    Planted("a way past the door", compose.FILE, "networks: [dashboard]", "networks: [runs]", "rules", "past the door"),
)


def ours(root: Path) -> list[Complaint]:
    return [each for layer in (workflows, compose, image) for each in layer.complaints(root)]


def plant(error: Planted, root: Path) -> None:
    for name in TAKEN:
        source = PROJECT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, root / name)
    path = root / error.file
    text = path.read_text("utf-8")
    assert error.right in text, f"{error.about}: {error.file} has changed"
    path.write_text(text.replace(error.right, error.wrong, 1), "utf-8")


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folder of each error."""
    found = {}
    for error in ERRORS:
        found[error.about] = root = tmp_path_factory.mktemp("planted")
        plant(error, root)
    return found


@pytest.fixture(scope="module")
def from_outside(planted: dict[str, Path], outside: Ask) -> dict[str, list[Complaint]]:
    return dict(zip(planted, outside(list(planted.values())), strict=True))


def test_our_own_rules_find_nothing_in_what_delivers_shopflow() -> None:
    assert ours(PROJECT) == []


@pytest.mark.slow
def test_schemas_and_linters_find_nothing_in_what_delivers_shopflow(outside: Ask) -> None:
    assert outside([PROJECT]) == [[]]


@pytest.mark.parametrize("error", [e for e in ERRORS if e.layer == "rules"], ids=lambda error: error.about)
def test_each_planted_error_is_caught_by_our_rules(error: Planted, planted: dict[str, Path]) -> None:
    told = [each.says for each in ours(planted[error.about]) if each.file == error.file]
    assert any(error.says in says for says in told), told


@pytest.mark.slow
@pytest.mark.parametrize("error", [e for e in ERRORS if e.layer != "rules"], ids=lambda error: error.about)
def test_each_planted_error_is_caught_from_outside(error: Planted, from_outside: dict[str, list[Complaint]]) -> None:
    told = from_outside[error.about]
    assert any(error.says in each.says for each in told if (each.layer, each.file) == (error.layer, error.file)), told


def test_the_page_lists_each_of_them_with_the_layer_that_catches_it() -> None:
    page = (PROJECT / "docs/how_to/delivery.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| ([^|]+) \| `(\w+)` \|$", page, re.MULTILINE))
    told = {name: layer for name, layer in rows.items() if layer not in ("secrets", "audit")}
    assert told == {error.about: error.layer for error in ERRORS}

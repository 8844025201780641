"""infra/ passes the real Terraform against the oldest and the newest provider that it allows."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from flows.settings import PROJECT
from tests.infra.conftest import Ask
from tests.infra.planned import NEWEST, runs

INFRA = PROJECT / "infra"
FILES = sorted(INFRA.glob("*.tf"))
PLAN = """
mock_provider "google" {
  source = "./tests/mocks"
}

run "it" {
  command = plan
}
"""


@pytest.mark.slow
@pytest.mark.xdist_group("terraform")
@pytest.mark.parametrize("version", ["6.50", NEWEST])
def test_form_schema_and_assertions_hold(version: str, tested: dict[str, list[dict[str, Any]]]) -> None:
    said = tested[version]
    assert [(each["command"], each["code"]) for each in said] == [("fmt", 0), ("validate", 0), ("test", 0)], said[-1]
    ended = runs(said[-1]["out"])
    written = re.findall(r'^run "(\w+)"', "".join(p.read_text() for p in INFRA.glob("tests/*.hcl")), re.MULTILINE)
    assert ended == dict.fromkeys(written, "pass")


def test_the_schemas_are_of_what_the_module_allows() -> None:
    allowed = re.search(r'version = ">= ([\d.]+), < (\d+)\.0"', (INFRA / "versions.tf").read_text())
    assert allowed
    assert allowed[1] == "6.50"
    assert int(NEWEST.split(".")[0]) == int(allowed[2]) - 1


def test_variables_are_in_order_typed_and_explained() -> None:
    blocks = re.findall(r'^variable "(\w+)" \{\n(.*?)^\}', (INFRA / "variables.tf").read_text(), re.M | re.S)
    names = [name for name, _ in blocks]
    assert names == sorted(names)
    assert [name for name, body in blocks if not re.search(r"^  type += ", body, re.MULTILINE)] == []
    assert [name for name, body in blocks if not re.search(r'^  description += ".{15,}"', body, re.MULTILINE)] == []


@pytest.mark.slow
@pytest.mark.xdist_group("terraform")
@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_what_is_given_for_an_environment_can_be_planned(environment: str, terraform: Ask, tmp_path: Path) -> None:
    folder = tmp_path / "infra"
    shutil.copytree(INFRA, folder, ignore=shutil.ignore_patterns("offline", "*.tftest.hcl"))
    (folder / "tests/plan.tftest.hcl").write_text(PLAN)
    asked = ["test", "-no-color", f"-var-file=environments/{environment}.tfvars", "-var=image_tag=v1"]
    ((said,),) = terraform([{"folder": str(folder), "schema": NEWEST, "commands": [asked]}])
    assert said["code"] == 0, said["out"] + said["error"]
    assert "1 passed, 0 failed" in said["out"]


def test_every_variable_of_an_environment_is_one_of_the_modules() -> None:
    """The accident: one that is misspelt is passed over without a word, and what it should say has its default."""
    known = set(re.findall(r'^variable "(\w+)"', (INFRA / "variables.tf").read_text(), re.MULTILINE))
    for path in INFRA.glob("environments/*.tfvars"):
        assert set(re.findall(r"^(\w+) +=", path.read_text(), re.MULTILINE)) - known == set()


def test_no_secret_has_a_value_and_nobody_a_key() -> None:
    """Values of secrets, and keys of identities, would be in Terraform's state for whoever reads it."""
    text = "".join(path.read_text() for path in FILES)
    kinds = set(re.findall(r'^resource "(\w+)"', text, re.MULTILINE))
    assert kinds & {"google_secret_manager_secret_version", "google_service_account_key"} == set()


def test_rights_are_added_to_those_of_others_and_never_replace_them() -> None:
    text = "".join(path.read_text() for path in FILES)
    assert re.findall(r'^resource "(\w+_iam_(?:policy|binding))"', text, re.MULTILINE) == []
    assert re.findall(r'"roles/(?:owner|editor|viewer)"', text) == []


def test_no_lock_file_and_no_state_are_kept() -> None:
    assert [path for path in INFRA.rglob("*") if path.name == ".terraform.lock.hcl" or ".tfstate" in path.name] == []

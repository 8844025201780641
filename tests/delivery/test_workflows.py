"""Workflows, Makefile, Terraform and image speak of the same words, names and gate."""

from __future__ import annotations

import os
import re
import subprocess
from typing import Any

import pytest
import yaml

from delivery.workflows import GATE, chores, commands
from flows.settings import PROJECT


def workflow(name: str) -> dict[Any, Any]:
    told: dict[Any, Any] = yaml.safe_load((PROJECT / ".github/workflows" / name).read_text("utf-8"))
    return told


def variables(text: str) -> set[str]:
    """The variables that a recipe takes."""
    return set(re.findall(r"\$\((\w+)\)", text)) - {"DELIV"}


def recipe(word: str) -> str:
    found = re.search(rf"^{word}:.*\n((?:\t.*\n)+)", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert found, word
    return found[1]


def test_what_decides_here_whether_a_change_lands_decides_on_github_too() -> None:
    words = re.findall(r"^make (\w+)$", (PROJECT / ".ci/run").read_text("utf-8"), re.MULTILINE)
    assert {f"make {word}" for word in words} <= set(commands(workflow("checks.yml")))
    assert words


def test_nothing_is_deployed_or_released_that_has_not_passed_the_checks() -> None:
    for name, job in (("deploy.yml", "deploy"), ("release.yml", "release")):
        jobs = workflow(name)["jobs"]
        assert jobs["checks"]["uses"] == "./.github/workflows/checks.yml"
        assert jobs[job]["needs"] == "checks"
    assert "workflow_call" in workflow("checks.yml")[True]


def test_google_takes_runs_of_the_branch_and_the_environment_that_deploy() -> None:
    """As infra/github.tf writes it into the condition of the federation, by these defaults."""
    text = (PROJECT / "infra/variables.tf").read_text("utf-8")
    told = dict(re.findall(r'^    (branch|environment) += optional\(string, "(\w+)"\)', text, re.MULTILINE))
    assert told == {"branch": workflow("deploy.yml")[True]["push"]["branches"][0], "environment": GATE}
    assert workflow("deploy.yml")["jobs"]["deploy"]["environment"] == GATE


def test_the_workflow_gives_every_variable_that_its_chores_take() -> None:
    given = set(workflow("deploy.yml")["jobs"]["deploy"]["env"])
    taken = set().union(*(variables(recipe(command.split()[1])) for command in commands(workflow("deploy.yml"))))
    assert taken == given


def test_the_image_and_the_jobs_have_the_names_that_terraform_gives_them() -> None:
    text = (PROJECT / "infra/locals.tf").read_text("utf-8")
    assert '"${var.region}-docker.pkg.dev/${var.project_id}/${local.name}/shopflow:${var.image_tag}"' in text
    env = workflow("deploy.yml")["jobs"]["deploy"]["env"]
    image = re.sub(r"\$\{\{ [\w.]+?\.(\w+) \}\}", r"<\1>", env["IMAGE"])
    assert image == "<GOOGLE_REGION>-docker.pkg.dev/<GOOGLE_PROJECT>/shopflow-prod/shopflow:<sha>"
    assert (PROJECT / f"infra/environments/{env['TO']}.tfvars").is_file()
    jobs = re.findall(r"shopflow-\$\(TO\)-(\w+)", recipe("rollout"))
    made = re.findall(r"^    (\w+) += \{ identity", (PROJECT / "infra/jobs.tf").read_text("utf-8"), re.MULTILINE)
    assert set(jobs) <= set(made)
    assert jobs[0] == "deploy"


def test_the_terraform_that_applies_is_one_that_the_module_allows() -> None:
    steps = workflow("deploy.yml")["jobs"]["deploy"]["steps"]
    (version,) = [step["with"]["terraform_version"] for step in steps if "setup-terraform" in step.get("uses", "")]
    assert re.search(r'required_version = ">= 1\.9"', (PROJECT / "infra/versions.tf").read_text("utf-8"))
    assert [int(part) for part in version.split(".")] >= [1, 9]


def planned(*words: str) -> subprocess.CompletedProcess[str]:
    """What make would do, which it only tells; with nothing of this shell's."""
    bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(["make", "-n", *words], cwd=PROJECT, env=bare, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("apply", "IMAGE_TAG=v1"), "STATE is missing: the bucket of Terraform's state"),
        (("apply", "STATE=b"), "IMAGE_TAG is missing: without it Terraform would take away all that runs"),
        (("rollout",), "PROJECT is missing: the project on Google Cloud"),
        (("release",), "TAG is missing: such as TAG=v1.2.3"),
    ],
)
def test_what_a_chore_lacks_is_said_before_anything_is_done(words: tuple[str, ...], says: str) -> None:
    said = planned(*words)
    assert said.returncode == 2
    assert says in said.stderr
    assert "terraform -chdir" not in said.stdout


def test_what_workflows_give_is_enough_for_their_chores() -> None:
    said = planned("apply", "rollout", "image-push", "STATE=b", "IMAGE_TAG=t", "PROJECT=p", "IMAGE=i:t", "REGION=r")
    assert said.returncode == 0, said.stderr
    assert "terraform -chdir=infra apply -input=false -auto-approve -var-file=environments/prod.tfvars" in said.stdout
    assert "gcloud run jobs execute shopflow-prod-deploy --region=r --project=p --wait" in said.stdout


def test_the_newest_libraries_are_those_that_nothing_pins() -> None:
    usual, newest = planned("test", "VENV=.venv-nowhere"), planned("test", "VENV=.venv-nowhere", "PINS=")
    assert "-c constraints.txt -e '.[dev]'" in usual.stdout
    assert " -e '.[dev]'" in newest.stdout
    assert "constraints.txt" not in newest.stdout
    assert recipe("newest").rstrip().endswith("test VENV=.venv-newest PINS=")


def test_every_chore_says_what_it_does() -> None:
    told = set(re.findall(r"^([a-z-]+):.*## \S", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert chores(PROJECT) - told == set()

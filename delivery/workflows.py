"""Our own rules for GitHub's workflows: what their syntax allows, and nobody should write here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from delivery.complaint import Complaint

LAYER = "rules"
RUNNER = "ubuntu-24.04"
GATE = "production"  # the environment whose reviewers approve, by infra/variables.tf
USUAL = {"contents": "read"}
# Rights beyond reading the code, and the workflow that may have them.
MORE = {("id-token", "write"): "deploy.yml", ("contents", "write"): "release.yml"}
PINNED = re.compile(r"[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*")
# What an expression can speak of, by GitHub's documentation.
CONTEXTS = {
    "env",
    "github",
    "inputs",
    "job",
    "jobs",
    "matrix",
    "needs",
    "runner",
    "secrets",
    "steps",
    "strategy",
    "vars",
}
OURS = re.compile(r"\./\.github/workflows/[\w-]+\.yml")


def complaints(root: Path) -> Iterator[Complaint]:
    """Every workflow of the project against every rule."""
    words = chores(root)
    for path in sorted((root / ".github/workflows").glob("*.yml")):
        for says in _of(path, words):
            yield Complaint(LAYER, str(path.relative_to(root)), says)


def chores(root: Path) -> set[str]:
    """The words that `make` knows."""
    return set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text("utf-8"), re.MULTILINE))


def commands(workflow: dict[Any, Any]) -> Iterator[str]:
    """What the steps of a workflow run."""
    for job in workflow["jobs"].values():
        yield from (step["run"] for step in job.get("steps", []) if "run" in step)


def _of(path: Path, words: set[str]) -> Iterator[str]:
    text = path.read_text("utf-8")
    told = yaml.safe_load(text)
    events = told[True]  # how YAML 1.1 reads `on`
    if "pull_request_target" in events:
        yield "pull_request_target runs a stranger's code with this repository's rights"
    if "pull_request" in events and re.search(r"\bsecrets\.|\bsecrets:|id-token|^ +environment:", text, re.M):
        yield "a pull request must need no secret, no identity and no environment"
    if told.get("permissions") != USUAL:
        yield "permissions of the whole workflow are to be `contents: read`"
    for used in re.findall(r"^\s*(?:- )?uses: (.+)$", text, re.MULTILINE):
        if not PINNED.fullmatch(used) and not OURS.fullmatch(used):
            yield f"{used} is not pinned by a commit's whole SHA, with its version as a comment"
    for expression in re.findall(r"\$\{\{(.+?)\}\}|^ +(?:- )?if: (.+)$", text, re.MULTILINE):
        spoken_of = set(re.findall(r"(?<![\w.'-])([a-z]+)\.", "".join(expression)))
        if unknown := spoken_of - CONTEXTS:
            yield f"`{''.join(expression).strip()}` speaks of {', '.join(sorted(unknown))}, which is not there"
    for name, job in told["jobs"].items():
        waited_for = [job["needs"]] if isinstance(job.get("needs", []), str) else job.get("needs", [])
        yield from (f"job {name} waits for {each}, which is no job" for each in waited_for if each not in told["jobs"])
    for command in commands(told):
        if said := _unknown(command, words):
            yield said
    for name, job in told["jobs"].items():
        yield from (f"job {name}: {says}" for says in _of_job(job, path.name))


def _unknown(command: str, words: set[str]) -> str | None:
    parts = command.split()
    if parts[0] != "make" or "\n" in command.strip() or re.search(r"[;&|$`<>]", command):
        return f"`{command.strip()}` is not one word of make's: what runs here has to run on a developer's machine, too"
    lacking = [word for word in parts[1:] if "=" not in word and word not in words]
    return f"make has no {', '.join(lacking)}" if lacking else None


def _of_job(job: dict[str, Any], file: str) -> Iterator[str]:
    rights = job.get("permissions", {})
    for right in rights.items() if isinstance(rights, dict) else [("everything", rights)]:
        if right not in USUAL.items() and MORE.get(right) != file:
            yield f"may not have {right[0]}: {right[1]}"
    if ("id-token", "write") in (rights.items() if isinstance(rights, dict) else ()) and job.get("environment") != GATE:
        yield f"takes an identity of Google's without the gate, the environment {GATE}"
    if "uses" in job:
        return
    if job.get("runs-on") != RUNNER:
        yield f"runs on {job.get('runs-on')}, not on {RUNNER}: what it runs on would change by itself"
    if "timeout-minutes" not in job:
        yield "has no timeout-minutes: it could hang for six hours"
    for step in job["steps"]:
        given = step.get("with", {})
        if step.get("uses", "").startswith("actions/checkout@") and given.get("persist-credentials") is not False:
            yield "leaves the token of the checkout where every later step can read it"
        if "credentials_json" in given:
            yield "uses a key of Google's: Workload Identity Federation needs none"

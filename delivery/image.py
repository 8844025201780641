"""Our own rules for the Dockerfile and what is sent to its build."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from delivery.complaint import Complaint

LAYER = "rules"
FILE = "deployments/Dockerfile"
NEEDED = {"bigquery", "looker", "prefect-gcp", "sign-in"}  # of what infra/ starts from the image


def complaints(root: Path) -> Iterator[Complaint]:
    """The Dockerfile and .dockerignore against every rule."""
    for says in _of_image(root):
        yield Complaint(LAYER, FILE, says)
    ignored = rules_of_context(root)
    if ignored[:1] != ["*"]:
        yield Complaint(LAYER, ".dockerignore", "begins with something else than *: whatever lies about would be sent")


def instructions(root: Path) -> list[tuple[str, str]]:
    """The Dockerfile's instructions with their words, continued lines joined, comments left out."""
    text = (root / FILE).read_text("utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [(verb, " ".join(rest.split())) for verb, _, rest in (line.partition(" ") for line in joined.splitlines())]


def rules_of_context(root: Path) -> list[str]:
    """The lines of .dockerignore that say something."""
    lines = (root / ".dockerignore").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def extras(root: Path) -> set[str]:
    """The extras that the image is built with."""
    (told,) = [words for verb, words in instructions(root) if verb == "ARG" and words.startswith("EXTRAS=")]
    return set(told.removeprefix("EXTRAS=").split(","))


def _of_image(root: Path) -> Iterator[str]:
    told = instructions(root)
    bases = {words.split()[0] for verb, words in told if verb == "FROM"}
    if len(bases) > 1:
        yield f"is built on {' and '.join(sorted(bases))}: what was compiled on one may not run on the other"
    for base in bases:
        if not re.fullmatch(r"[\w./-]+:\d+\.\d+\.\d+-[\w.-]+(@sha256:[0-9a-f]{64})?", base):
            yield f"{base} is no exact version: what is built would change by itself"
    last = [verb for verb, _ in told].index("USER") if "USER" in dict(told) else None
    user = dict(told).get("USER", "root")
    if not re.match(r"[1-9]\d*(:[1-9]\d*)?$", user):
        yield f"runs as {user}: name a number that is not 0, which Kubernetes and others can check"
    if last is not None and any(verb in ("RUN", "COPY", "ADD") for verb, _ in told[last:]):
        yield "changes the image as the user that runs in it, which could then change it, too"
    for verb, words in told:
        if verb == "RUN" and re.search(r"pip install", words) and "-c constraints.txt" not in words:
            yield "installs what constraints.txt does not pin"
        if verb in ("ARG", "ENV") and re.search(r"PASSWORD|SECRET|TOKEN|API_KEY", words):
            yield f"{words} would be read out of the image by whoever has it"
    there = set(tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"])
    if unknown := extras(root) - there:
        yield f"pyproject.toml has no extra {', '.join(sorted(unknown))}"
    if lacking := NEEDED - extras(root):
        yield f"lacks the extra {', '.join(sorted(lacking))}, which infra/ counts on"

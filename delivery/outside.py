"""What others know: schemas of GitHub's and Compose's files, hadolint, zizmor. All of them offline."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from delivery.complaint import Complaint

NOT_ASKED_FOR = {"self-repository"}  # it wants $/… for ./…, which older runners do not know
BIN = Path(sys.executable).parent
# The files, and the schema of those that the package check-jsonschema brings.
SCHEMAS = {
    ".github/workflows/*.yml": "github-workflows",
    ".github/dependabot.yml": "dependabot",
    ".github/ISSUE_TEMPLATE/[!c]*.yml": "github-issue-forms",
    ".github/ISSUE_TEMPLATE/config.yml": "github-issue-config",
    "deployments/compose.yaml": "compose-spec",
}


def complaints(root: Path) -> Iterator[Complaint]:
    """Every file against its schema and its linter."""
    yield from by_schema(root)
    yield from by_hadolint(root)
    yield from by_zizmor(root)


@cache
def _judge(schema: str) -> Any:
    from check_jsonschema.builtin_schemas import get_builtin_schema
    from jsonschema.validators import validator_for

    told = get_builtin_schema(f"vendor.{schema}")
    return validator_for(told)(told)


def by_schema(root: Path) -> Iterator[Complaint]:
    """Keys, types and values that the schemas do not know."""
    from check_jsonschema.parsers.yaml import construct_yaml_implementation

    yaml = construct_yaml_implementation()  # YAML 1.2, in which `on` is a word
    for pattern, schema in SCHEMAS.items():
        for path in sorted(root.glob(pattern)):
            told = json.loads(json.dumps(yaml.load(path.read_text("utf-8"))))
            for error in _judge(schema).iter_errors(told):
                where = ".".join(str(part) for part in error.absolute_path) or "the file"
                yield Complaint("schema", str(path.relative_to(root)), f"{where}: {_short(error)}")


def _short(error: Any) -> str:
    deepest = min(error.context, key=lambda each: -len(each.absolute_path), default=error)
    said = " ".join(deepest.message.split())
    return said if len(said) < 300 else f"{said[:140]} … {said[-140:]}"


def by_hadolint(root: Path) -> Iterator[Complaint]:
    """What is wrong or unwise in the Dockerfile, and in the shell lines in it."""
    for path in sorted((root / "deployments").glob("Dockerfile*")):
        ran = subprocess.run([BIN / "hadolint", "--format", "json", path], capture_output=True, text=True, check=False)
        for each in json.loads(ran.stdout or "[]"):
            says = f"line {each['line']}: {each['code']} {each['message']}"
            yield Complaint("hadolint", str(path.relative_to(root)), says)


def by_zizmor(root: Path) -> Iterator[Complaint]:
    """What in workflows somebody could abuse."""
    files = sorted((root / ".github").glob("**/*.yml"))
    options = ["--offline", "--no-progress", "--no-config", "--format", "json", "--quiet"]
    ran = subprocess.run([BIN / "zizmor", *options, *files], capture_output=True, text=True, check=False)
    for each in json.loads(ran.stdout):
        if each["ident"] in NOT_ASKED_FOR:
            continue
        place = next(where for where in each["locations"] if where["symbolic"]["kind"] == "Primary")
        file = Path(place["symbolic"]["key"]["Local"]["verbatim_path"]).relative_to(root)
        line = place["concrete"]["location"]["start_point"]["row"] + 1
        yield Complaint("zizmor", str(file), f"line {line}: {each['ident']}: {each['desc']}")

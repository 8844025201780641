"""What a release says: the section of CHANGELOG.md for the version that the tag names."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent


class NoRelease(Exception):
    """The tag is not one of a release that can be made, for the reason in the message."""


def notes(tag: str, root: Path = HERE) -> str:
    """The notes of a release. Raises NoRelease where tag, pyproject.toml and CHANGELOG.md do not agree."""
    version = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    in_code = re.search(r'^__version__ = "(.+)"$', (root / "flows/__init__.py").read_text("utf-8"), re.MULTILINE)
    if in_code is None or in_code[1] != version:
        raise NoRelease(f"flows/__init__.py is not of version {version}, which pyproject.toml names")
    if tag != f"v{version}":
        raise NoRelease(f"the tag is {tag or 'missing'}, but pyproject.toml is of version {version}: TAG=v{version}")
    text = (root / "CHANGELOG.md").read_text("utf-8")
    found = re.search(rf"^## {re.escape(version)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if found is None or not found[1].strip():
        raise NoRelease(f"CHANGELOG.md says nothing under `## {version}`")
    return found[1].strip()


def main() -> int:
    try:
        print(notes("".join(sys.argv[1:2])))
    except NoRelease as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

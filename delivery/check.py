"""Every check of what delivers shopflow, offline: `make delivery`.

What tests want to know they ask by `python -m delivery.check --asked FOLDER …`: the complaints of each, as JSON.
"""

from __future__ import annotations

import json
import sys
from dataclasses import astuple
from pathlib import Path

from delivery import compose, image, outside, workflows
from delivery.complaint import Complaint

HERE = Path(__file__).resolve().parent.parent


def complaints(root: Path) -> list[Complaint]:
    """What is wrong in a project's folder, the layers one after the other."""
    return [each for layer in (outside, workflows, compose, image) for each in layer.complaints(root)]


def main() -> int:
    if sys.argv[1:2] == ["--asked"]:
        print(json.dumps([[astuple(each) for each in outside.complaints(Path(folder))] for folder in sys.argv[2:]]))
        return 0
    found = complaints(HERE)
    for each in found:
        print(each)
    print(f"{len(found)} complaints" if found else "workflows, Dockerfile, compose file, Dependabot, issue forms: ok")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""The manifest, kept beside the project as Python keeps byte code: to parse takes seconds, to read it back hundredths.

What is kept is trusted as the code beside it is, for whoever can write there can change that as well. Where nothing can
be written, as in a read-only image, each process parses.
"""

from __future__ import annotations

import hashlib
import pickle
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

FOLDER = ".parsed"
MANIFESTS = 6  # of the newest: more than there are targets and prefixes that somebody works with at a time


def place_of(project: Path, target: str, place: str) -> Path:
    """Where the manifest lies that was parsed of the project as it is now, for a target and a place in its warehouse.

    Its name tells all that a manifest depends on: every file that dbt reads, where they lie, and the versions.
    """
    told = hashlib.sha256(f"{project}\0{target}\0{place}\0{sys.version}\0".encode())
    for package in ("dbt-core", "dbt-adapters", "dbt-common", f"dbt-{target}"):
        told.update(f"{package} {version(package)}\0".encode())
    for path in (project / "profiles.yml", *files_of(project)):
        told.update(f"{path.relative_to(project)}\0".encode() + path.read_bytes() + b"\0")
    return project / FOLDER / f"{target}-{told.hexdigest()[:24]}.pickle"


def files_of(project: Path) -> Iterator[Path]:
    """What makes the models what they are, always in the same order."""
    yield project / "dbt_project.yml"
    yield from sorted(path for name in ("macros", "models", "tests") for path in (project / name).rglob("*.*"))


def read(path: Path) -> Any:
    """The manifest that is kept there; None where there is none, or none that can be read. Imports dbt."""
    if not path.exists():
        return None
    import dbt.cli.main  # noqa: F401  # first, for dbt's modules import one another in a circle
    from dbt.contracts.graph.manifest import Manifest

    with suppress(Exception):  # whatever is wrong with it, the project can be parsed
        return Manifest(**pickle.loads(path.read_bytes()))
    return None


def keep(path: Path, manifest: Any) -> None:
    """Keep it there, in one step, and of older ones the newest; or nothing at all where nothing can be written."""
    with suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        with TemporaryDirectory(dir=path.parent) as draft:
            written = Path(draft, path.name)
            written.write_bytes(pickle.dumps(contents(manifest), pickle.HIGHEST_PROTOCOL))
            written.replace(path)
        kept = sorted(path.parent.glob("*.pickle"), key=lambda file: file.stat().st_mtime)
        for old in kept[:-MANIFESTS]:
            old.unlink(missing_ok=True)


def contents(manifest: Any) -> dict[str, Any]:
    """All that a manifest says, by the names of its fields, as it is made of them again."""
    # Not the object itself is kept: dbt 1.11 puts it together with some fields in the places of others. Those that
    # it looks up things by are made when they are asked for.
    return {field.name: getattr(manifest, field.name) for field in fields(manifest) if not field.name.startswith("_")}

"""The git checkout that the models lie in: which commit they are compared with, and its files beside ours."""

from __future__ import annotations

import io
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from flows.builds.kept import files_of
from flows.errors import DiffRefused
from flows.literal import for_terminal

MAINS = ("origin/main", "main")
MODELS = "transforms"


@dataclass(frozen=True)
class Base:
    """What is compared with: `name` as it was asked for, `commit` as git has it."""

    name: str
    commit: str

    @property
    def short(self) -> str:
        return self.commit[:8]


def base_of(project: Path, name: str | None) -> Base:
    """The commit from which the work in `project` began, seen from `name`: where the two histories part.

    That is what a pull request shows; commits that others made on `name` since are no part of it. Where git knows no
    common commit (a shallow clone), it is `name` itself. Raises DiffRefused where there is no checkout or no such name.
    """
    try:
        _git(project, "rev-parse", "--git-dir")
    except DiffRefused as error:
        raise DiffRefused(
            f"{project} is not in a git checkout, so there is nothing to compare with: use a clone of your repository "
            f"({error})"
        ) from error
    if name is None:
        found = next((main for main in MAINS if _commit(project, main)), None)
        if found is None:
            raise DiffRefused(f"git knows neither {' nor '.join(MAINS)} here: name what to compare with")
        name = found
    commit = _commit(project, name)
    if commit is None:
        raise DiffRefused(
            f"git knows no commit {for_terminal(name)!r} here: name a branch, a tag or a commit; `git fetch origin` "
            "brings those of the server"
        )
    try:
        return Base(name, _git(project, "merge-base", commit, "HEAD").decode().strip())
    except DiffRefused:
        return Base(name, commit)


def models_at(project: Path, base: Base, folder: Path) -> Path:
    """The models as they were at `base`, written below `folder`, which must exist. Our own files are not touched.

    Raises DiffRefused where that commit has no models.
    """
    try:
        packed = _git(project, "archive", "--format=tar", base.commit, MODELS)
    except DiffRefused as error:
        raise DiffRefused(f"there is no {MODELS}/ at {base.name} ({base.short}): nothing to compare with") from error
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder / MODELS


def is_same(ours: Path, theirs: Path) -> bool:
    """Whether two folders of models hold the same files, of all that dbt reads."""
    return _contents(ours) == _contents(theirs)


def _contents(models: Path) -> dict[str, bytes]:
    files = [models / "profiles.yml", *files_of(models)]
    return {str(file.relative_to(models)): file.read_bytes() for file in files if file.is_file()}


def _commit(project: Path, name: str) -> str | None:
    if name.startswith("-"):  # git would take it for an option
        return None
    try:
        return _git(project, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").decode().strip()
    except DiffRefused:
        return None


def _git(project: Path, *arguments: str) -> bytes:
    try:
        ran = subprocess.run(["git", "-C", str(project), *arguments], capture_output=True, check=False)
    except FileNotFoundError as error:
        raise DiffRefused("git is not installed") from error
    if ran.returncode != 0:
        told = ran.stderr.decode(errors="replace").strip().split("\n")[0]
        raise DiffRefused(for_terminal(told.removeprefix("fatal: ") or f"git {arguments[0]} failed"))
    return ran.stdout

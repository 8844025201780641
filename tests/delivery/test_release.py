"""A release says what the changelog says of its version, and is refused where names do not agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from delivery.release import NoRelease, notes
from flows import __version__


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows/__init__.py").write_text('__version__ = "1.2.0"\n')
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.0"\n')
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## 1.2.0\n\n- New.\n\n## 1.1.0\n\n- Old.\n")
    return tmp_path


def test_the_notes_are_the_section_of_the_version(project: Path) -> None:
    assert notes("v1.2.0", project) == "- New."


def test_this_version_can_be_released() -> None:
    assert notes(f"v{__version__}").startswith("The first version.")


def test_a_tag_of_another_version_is_refused(project: Path) -> None:
    with pytest.raises(
        NoRelease, match=r"^the tag is v1\.3\.0, but pyproject\.toml is of version 1\.2\.0: TAG=v1\.2\.0$"
    ):
        notes("v1.3.0", project)


def test_code_of_another_version_is_refused(project: Path) -> None:
    (project / "flows/__init__.py").write_text('__version__ = "1.1.0"\n')
    with pytest.raises(NoRelease, match=r"is not of version 1\.2\.0"):
        notes("v1.2.0", project)


def test_a_version_of_which_the_changelog_says_nothing_is_refused(project: Path) -> None:
    (project / "CHANGELOG.md").write_text("# Changelog\n\n## 1.2.0\n\n## 1.1.0\n\n- Old.\n")
    with pytest.raises(NoRelease, match=r"says nothing under `## 1\.2\.0`"):
        notes("v1.2.0", project)

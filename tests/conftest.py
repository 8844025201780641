"""Fixtures that every room uses: a home of one's own and the real sample where it lies beside the project."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.settings import Settings, load_settings

PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def _no_outside_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test never sees the SHOPFLOW_ variables of the shell that started it."""
    for name in list(os.environ):
        if name.startswith("SHOPFLOW_") and not name.startswith("SHOPFLOW_TEST_"):
            monkeypatch.delenv(name)


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """Settings with an empty home below `tmp_path`."""
    yield load_settings(home=tmp_path / "home")


@pytest.fixture(scope="session")
def rees46_sample() -> Path:
    """The first 17,435 lines of the public REES46 data of October 2019, which may not be part of this repository."""
    path = Path(os.environ.get("SHOPFLOW_TEST_REES46", PROJECT.parent / "shared/data/rees46_2019_oct_head.csv"))
    if not path.is_file():
        pytest.skip("the REES46 sample is not here; set SHOPFLOW_TEST_REES46 to the CSV file")
    return path

"""A shop to correct."""

from pathlib import Path

import pytest

from flows.settings import load_settings
from tests.books import Books


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return Books(load_settings(home=tmp_path / "home", max_refused_share=1, threads=2))

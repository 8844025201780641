"""An empty inbox in a home of its own."""

from pathlib import Path

import pytest

from flows.settings import load_settings
from tests.inbox.drop import Drop


@pytest.fixture
def drop(tmp_path: Path) -> Drop:
    """What lies in it counts as settled at once."""
    made = Drop(load_settings(home=tmp_path / "home", inbox="../in", inbox_settle_seconds=0, threads=1))
    made.folder.mkdir(parents=True)
    return made

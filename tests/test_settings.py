"""What the environment says, read once."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.errors import SettingsError
from flows.settings import load_settings


def test_a_relative_home_is_the_one_of_the_folder_in_which_it_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Regression: a process that went to another folder later had another home."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOPFLOW_HOME", "shop/../home")
    settings = load_settings()
    monkeypatch.chdir("/")
    assert settings.home.is_absolute()
    assert settings.warehouse_path == tmp_path / "shop/../home/warehouse.duckdb"
    assert load_settings(home="home").home == Path("/home")


def test_a_home_that_is_relative_to_a_folder_that_is_gone_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(SettingsError, match=r"SHOPFLOW_HOME: .*that it is relative to is gone \(got 'home'\)"):
        load_settings(home="home")

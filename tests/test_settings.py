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


def test_an_empty_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Regression: the home of `SHOPFLOW_HOME=` was the folder in which one stood."""
    monkeypatch.setenv("SHOPFLOW_HOME", "")
    with pytest.raises(SettingsError, match=r"^SHOPFLOW_HOME: is empty: give it a value, or unset it \(got ''\)$"):
        load_settings()


def test_a_time_zone_that_is_not_one_is_named_with_the_nearest_in_our_words_alone() -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(reporting_timezone="Berlin")
    told = "SHOPFLOW_REPORTING_TIMEZONE: unknown time zone, did you mean Europe/Berlin? (got 'Berlin')"
    assert str(refused.value) == told

"""The demo shop is whole or not there, however many make it at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.demo import demo_files
from flows.errors import SourceError, StorageError
from flows.generate import generate
from flows.land import land
from flows.load import load
from flows.settings import Settings, load_settings
from flows.validate import validate


def write(out: Path, *names: str) -> None:
    out.mkdir(parents=True)
    for name in names:
        (out / name).write_text("made")


def files(settings: Settings) -> list[str]:
    return sorted(path.relative_to(settings.home).as_posix() for path in settings.home.rglob("*"))


def test_of_two_that_make_it_at_once_the_first_one_stays_and_is_whole(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The accident: both wrote into one folder and took away each other's files, and what was left was the shop."""

    def second(out: Path) -> None:
        write(out, "events.parquet", "users.parquet")

    def first(out: Path) -> None:
        write(out, "events.parquet")
        monkeypatch.setattr("flows.generate.generate", second)
        demo_files(settings)
        (out / "users.parquet").write_text("made")

    monkeypatch.setattr("flows.generate.generate", first)
    assert demo_files(settings) == [str(settings.home / "demo")]
    assert files(settings) == ["demo", "demo/events.parquet", "demo/users.parquet"]


def test_one_that_fails_leaves_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(out: Path) -> None:
        write(out, "events.parquet")
        raise StorageError("the disk is full")

    monkeypatch.setattr("flows.generate.generate", fail)
    with pytest.raises(StorageError, match="the disk is full"):
        demo_files(settings)
    assert files(settings) == []


def test_a_home_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("not a folder")
    with pytest.raises(StorageError, match=r"home/demo cannot be written: File exists"):
        demo_files(load_settings(home=tmp_path / "home"))


def test_a_home_with_a_shop_s_own_data_gets_no_demo_shop(settings: Settings, tmp_path: Path) -> None:
    """Otherwise a schedule that names no source would add it to the shop's numbers."""
    generate(tmp_path / "own", events=100, days=1)
    load(validate(land([tmp_path / "own"], settings), settings), settings)
    with pytest.raises(SourceError, match="a shop's own data is loaded here"):
        demo_files(settings)
    assert not (settings.home / "demo").exists()

"""Paths with odd names, disks that are full, folders that cannot be written."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from flows.errors import StorageError
from flows.settings import load_settings

Good = Callable[..., list[dict[str, str]]]
Disk = Callable[..., Path]
Nobody = Callable[[], AbstractContextManager[None]]
ODD = [
    "with spaces .{}",
    'it\'s "quoted".{}',
    "a;b;c -- '); drop table events;.{}",
    "größe 東京 🛒.{}",
    "sales [1-9]*?.{}",
    "50% {{x}} $HOME `id` #.{}",
    "line\nbreak.{}",
    "back\\slash.{}",
    "event_date=2020-01-01.{}",
]


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("name", ODD)
def test_a_file_with_an_odd_name(shop: Any, good: Good, suffix: str, name: str) -> None:
    shop.drop_rows(f"made.{suffix}", good(1, "other")).rename(shop.inbox / f"sales 1a.{suffix}")  # read as a glob
    path = shop.drop_rows(f"made.{suffix}", [*good(2), *good(1, "bad", unit_price="free")])
    path = path.rename(shop.inbox / name.format(suffix))
    outcome = shop.take(path, rows=3)
    assert outcome.ids == {"good0", "good1"}
    assert {row["source_file"] for row in outcome.accepted + outcome.quarantined} == {path.name}


@pytest.mark.parametrize(
    "name", ["with spaces", 'it\'s "quoted"', "a;b -- '); drop", "größe 🛒", "sales [1-9]*?", "x=1"]
)
def test_a_home_with_an_odd_name(shop: Any, good: Good, tmp_path: Path, name: str) -> None:
    shop.drop_rows("a.csv", [*good(3), *good(1, "bad", unit_price="free")])
    outcome = shop.take(rows=4, settings=load_settings(home=tmp_path / name, max_refused_share=1.0))
    assert (len(outcome.accepted), len(outcome.quarantined)) == (3, 1)


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_folders_named_like_partitions_add_no_columns(shop: Any, good: Good, suffix: str) -> None:
    folder = shop.inbox / "event_type=refund" / "event_date=2020-01-01"
    folder.mkdir(parents=True)
    shop.drop_rows(f"a.{suffix}", good(2)).rename(folder / f"a.{suffix}")
    assert {(row["event_type"], str(row["event_date"])) for row in shop.take(rows=2).accepted} == {
        ("product_view", "2025-11-01")
    }


def test_namesakes_are_told_apart_in_every_row(shop: Any, good: Good) -> None:
    shop.drop("monday/a.csv", shop.drop_rows("tmp.csv", good(1, "m")).read_bytes())
    shop.drop("tuesday/a.csv", shop.drop_rows("tmp.csv", good(1, "t")).read_bytes())
    (shop.inbox / "tmp.csv").unlink()
    outcome = shop.take(rows=2)
    assert {row["source_file"]: row["event_id"] for row in outcome.accepted} == {
        "monday/a.csv": "m0",
        "tuesday/a.csv": "t0",
    }


@pytest.mark.slow
def test_a_full_disk_is_said_and_the_same_batch_goes_through_once_there_is_room(
    shop: Any, good: Good, small_disk: Disk
) -> None:
    home = small_disk(1) / "home"
    settings = load_settings(home=home, max_refused_share=1.0)
    rows = [{**row, "user_agent": f"{number * 7919**5:x}" * 20} for number, row in enumerate(good(20_000))]
    shop.drop_rows("a.jsonl", rows)
    sentence = shop.fails(settings=settings)
    assert str(home) in sentence
    small_disk(200)
    assert len(shop.take(rows=20_000, settings=settings).accepted) == 20_000


def test_a_disk_that_can_only_be_read(shop: Any, good: Good, small_disk: Disk) -> None:
    settings = load_settings(home=small_disk(1, read_only=True) / "home")
    shop.drop_rows("a.csv", good(3))
    assert str(settings.home) in shop.fails(settings=settings)


def test_a_home_that_may_not_be_written(shop: Any, good: Good, open_folder: Path, as_nobody: Nobody) -> None:
    path = open_folder / "a.csv"
    path.write_bytes(shop.drop_rows("a.csv", good(3)).read_bytes())
    home = open_folder / "home"
    home.mkdir(mode=0o555)
    with as_nobody():
        assert str(home) in shop.fails(path, settings=load_settings(home=home))


@pytest.mark.parametrize("content", ["", "{}", "{cut off", "[]"])
def test_a_manifest_that_is_none_is_said_and_can_be_taken_away(shop: Any, good: Good, content: str) -> None:
    shop.drop_rows("a.csv", good(3))
    manifest = shop.lake.manifest(shop.take(rows=3).batch.batch_id)
    manifest.write_text(content)
    with pytest.raises(StorageError, match=f"{manifest} is no manifest of this version of shopflow: take it away"):
        shop.take(rows=3)
    manifest.unlink()
    assert len(shop.take(rows=3).ids) == 3


@pytest.mark.parametrize("what", ["a file", "below a file", "a dangling link"])
def test_a_home_that_cannot_be_a_folder(shop: Any, good: Good, tmp_path: Path, what: str) -> None:
    (tmp_path / "taken").write_text("a file")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere" / "deep")
    home = {"a file": "taken", "below a file": "taken/home", "a dangling link": "link"}[what]
    shop.drop_rows("a.csv", good(3))
    assert str(tmp_path / home) in shop.fails(settings=load_settings(home=tmp_path / home))

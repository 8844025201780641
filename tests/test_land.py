"""A batch is its files' names, contents and formats; what cannot be used is said, file by file."""

import gzip
import hashlib
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from flows.errors import SourceError
from flows.land import land
from flows.receipts import SourceFile
from flows.settings import Settings
from flows.sources.names import batch_id

EVENTS = "event_id,event_type,event_timestamp,user_id\n"
NOON = datetime(2025, 11, 1, 12, tzinfo=UTC)


def events(path: Path, *ids: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(EVENTS + "".join(f"{id},page_view,2025-11-01T00:00:00Z,u1\n" for id in ids))
    return path


def test_a_batch_says_all_of_its_files(tmp_path: Path, settings: Settings) -> None:
    path = events(tmp_path / "in/a.csv", "1")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    batch = land([tmp_path / "in"], settings, landed_at=NOON)
    assert batch.files == (SourceFile(str(path), "a.csv", sha256, path.stat().st_size, "csv", "events"),)
    assert batch.landed_at == NOON
    assert batch.refused_files == ()
    assert batch.batch_id == hashlib.sha256(f'[["a.csv", "{sha256}", "csv"]]'.encode()).hexdigest()[:16]


def test_landing_is_now_in_utc_unless_told(tmp_path: Path, settings: Settings) -> None:
    before = datetime.now(UTC)
    landed_at = land([events(tmp_path / "a.csv")], settings).landed_at
    assert before <= landed_at <= datetime.now(UTC)
    assert landed_at.tzinfo == UTC


def test_landing_leaves_nothing_behind(tmp_path: Path, settings: Settings) -> None:
    land([events(tmp_path / "in/a.csv")], settings)
    assert not settings.home.exists()


def test_paths_are_absolute_so_that_later_steps_may_run_elsewhere(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    events(tmp_path / "a.csv")
    monkeypatch.chdir(tmp_path)
    assert [file.path for file in land(["a.csv"], settings).files] == [str(tmp_path / "a.csv")]


def test_the_same_files_are_the_same_batch_wherever_they_lie_and_whenever_they_land(
    tmp_path: Path, settings: Settings
) -> None:
    for day in ("monday", "tuesday"):
        events(tmp_path / day / "a.csv", "1")
        events(tmp_path / day / "b.csv", "2")
    first = land([tmp_path / "monday"], settings)
    again = land([tmp_path / "tuesday/b.csv", f"{tmp_path}/tuesday/a*"], settings)
    assert first.batch_id == again.batch_id


def test_the_batch_id_does_not_follow_from_the_order_of_its_files() -> None:
    files = [SourceFile(f"/{name}", name, name * 64, 1, "csv", "events") for name in "abc"]
    assert batch_id(files) == batch_id(reversed(files)) != batch_id(files[:2])


@pytest.mark.parametrize("change", ["content", "name", "one more file", "one file less"])
def test_another_content_or_name_is_another_batch(tmp_path: Path, settings: Settings, change: str) -> None:
    a, b = events(tmp_path / "a.csv", "1"), events(tmp_path / "b.csv", "2")
    before = land([tmp_path], settings).batch_id
    if change == "content":
        events(a, "3")
    elif change == "name":
        a.rename(tmp_path / "c.csv")
    elif change == "one more file":
        events(tmp_path / "c.csv")
    else:
        b.unlink()
    assert land([tmp_path], settings).batch_id != before


def test_only_usable_files_count_for_the_batch(tmp_path: Path, settings: Settings) -> None:
    events(tmp_path / "a.csv", "1")
    alone = land([tmp_path], settings)
    (tmp_path / "empty.csv").touch()
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere")
    both = land([tmp_path, tmp_path / "typo.csv"], settings)
    assert both.batch_id == alone.batch_id
    assert [(Path(file.path).name, file.reason) for file in both.refused_files] == [
        ("empty.csv", "is empty: there is nothing to load"),
        ("gone.csv", f"is a link to {tmp_path}/nowhere, which does not exist"),
        ("typo.csv", "does not exist"),
    ]


def test_copies_of_a_file_in_two_folders_count_as_one(tmp_path: Path, settings: Settings) -> None:
    for folder in ("x", "y/z"):
        events(tmp_path / folder / "a.csv", "1")
    batch = land([tmp_path], settings)
    assert [file.name for file in batch.files] == ["a.csv"]
    assert batch.batch_id == land([tmp_path / "y"], settings).batch_id


def test_copies_under_different_names_are_both_kept(tmp_path: Path, settings: Settings) -> None:
    events(tmp_path / "a.csv", "1")
    events(tmp_path / "b.csv", "1")
    assert [file.name for file in land([tmp_path], settings).files] == ["a.csv", "b.csv"]


def test_namesakes_with_different_content_are_told_apart_by_their_folders(tmp_path: Path, settings: Settings) -> None:
    events(tmp_path / "x/day/a.csv", "1")
    events(tmp_path / "y/day/a.csv", "2")
    events(tmp_path / "y/night/a.csv", "3")
    events(tmp_path / "y/copy/a.csv", "3")
    events(tmp_path / "b.csv", "4")
    batch = land([tmp_path], settings)
    named = {file.name: Path(file.path).relative_to(tmp_path).as_posix() for file in batch.files}
    assert named == {
        "b.csv": "b.csv",
        "x/day/a.csv": "x/day/a.csv",
        "y/day/a.csv": "y/day/a.csv",
        "y/copy/a.csv": "y/copy/a.csv",
    }


def test_all_formats_land_together_each_recognised_by_its_content(tmp_path: Path, settings: Settings) -> None:
    events(tmp_path / "a.txt", "1")
    (tmp_path / "b").write_bytes(gzip.compress(b'{"user_id": "u1", "updated_at": "2025-11-01T00:00:00Z"}\n'))
    (tmp_path / "c.csv").write_text(
        "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n"
    )
    batch = land([tmp_path], settings)
    assert [(file.format, file.table) for file in batch.files] == [
        ("csv", "events"),
        ("jsonl", "users"),
        ("rees46", "events"),
    ]


def test_a_named_format_refuses_the_files_that_are_not_in_it(tmp_path: Path, settings: Settings) -> None:
    events(tmp_path / "a.csv", "1")
    (tmp_path / "b.jsonl").write_text('{"user_id": "u1", "updated_at": "2025-11-01T00:00:00Z"}\n')
    batch = land([tmp_path], settings, format="csv")
    assert [file.name for file in batch.files] == ["a.csv"]
    assert [f"{file.path} {file.reason}" for file in batch.refused_files] == [
        f"{tmp_path}/b.jsonl was to be read as csv, but its content is JSON lines: leave the format out or correct it"
    ]


def test_a_file_that_is_read_in_another_format_is_another_batch(tmp_path: Path, settings: Settings) -> None:
    """The accident: the format was corrected with --format, and the run said that nothing was new."""
    header = "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session"
    (tmp_path / "a.csv").write_text(f"{header},event_id,event_timestamp\n")
    recognised, told, corrected = (
        land([tmp_path / "a.csv"], settings, format=format) for format in (None, "rees46", "csv")
    )
    assert [batch.files[0].format for batch in (recognised, told, corrected)] == ["rees46", "rees46", "csv"]
    assert recognised.batch_id == told.batch_id != corrected.batch_id


def test_a_format_that_does_not_exist_is_said_once(tmp_path: Path, settings: Settings) -> None:
    events(tmp_path / "a.csv"), events(tmp_path / "b.csv")
    with pytest.raises(SourceError, match=r"^there is no format xlm: there are csv, jsonl, parquet, rees46$"):
        land([tmp_path], settings, format="xlm")


def test_cut_gzip_is_refused_even_where_its_beginning_can_be_read(tmp_path: Path, settings: Settings) -> None:
    many = events(tmp_path / "in/a.csv", *map(str, range(10_000)))
    packed = gzip.compress(many.read_bytes())
    (tmp_path / "in/b.csv.gz").write_bytes(packed[:-100])
    batch = land([tmp_path / "in"], settings)
    assert [file.name for file in batch.files] == ["a.csv"]
    assert [f"{file.path} {file.reason}" for file in batch.refused_files] == [
        f"{tmp_path}/in/b.csv.gz is cut off before the end of its gzip: get the file again"
    ]


def test_a_file_that_is_replaced_between_the_look_at_its_header_and_the_reading_of_it_is_refused(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, really = events(tmp_path / "a.csv", "1"), import_module("flows.land").fingerprint

    def replaced(path: Path) -> Any:
        events(tmp_path / "new", "2").replace(path)
        return really(path)

    monkeypatch.setattr("flows.land.fingerprint", replaced)
    with pytest.raises(SourceError, match=r"a\.csv changed while it was read: run again when it is complete$"):
        land([path], settings)


def test_the_lake_is_no_source_of_itself(tmp_path: Path, settings: Settings) -> None:
    """`--source data` reaches it in the default layout: every event would come in once more."""
    events(settings.home / "demo/a.csv", "1")
    for name in ("b", "c"):
        events(settings.lake_folder / f"accepted/events/event_date=2025-11-01/{name}.csv", "1")
    batch = land([settings.home], settings)
    assert [file.name for file in batch.files] == ["a.csv"]
    assert [(file.path, file.reason) for file in batch.refused_files] == [
        (str(settings.lake_folder), "is shopflow's own lake, made of source files, and no source itself")
    ]


def test_no_source_at_all_is_an_error(settings: Settings) -> None:
    with pytest.raises(SourceError, match="no source was given: name files, folders or globs"):
        land([], settings)


def test_one_source_that_cannot_be_used_is_one_sentence(tmp_path: Path, settings: Settings) -> None:
    events(tmp_path / "november.csv")
    with pytest.raises(SourceError) as caught:
        land([tmp_path / "novmber.csv"], settings)
    assert str(caught.value) == f"{tmp_path}/novmber.csv does not exist, did you mean {tmp_path}/november.csv?"


def test_nothing_usable_lists_ten_sentences_and_the_number_of_the_others(tmp_path: Path, settings: Settings) -> None:
    for number in range(13):
        (tmp_path / f"{number:02}.csv").touch()
    with pytest.raises(SourceError) as caught:
        land([tmp_path], settings)
    assert str(caught.value).splitlines() == [
        "nothing to load, none of 13 sources can be used:",
        *(f"  {tmp_path}/{number:02}.csv is empty: there is nothing to load" for number in range(10)),
        "  and 3 more",
    ]


def test_a_thousand_files_land_in_one_batch(tmp_path: Path, settings: Settings) -> None:
    for number in range(1000):
        events(tmp_path / f"{number % 7}/{number}.csv", str(number))
    assert len(land([tmp_path], settings).files) == 1000

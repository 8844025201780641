"""What the inbox gives: each content once, whatever it is called and whenever it comes; each fate told once."""

from __future__ import annotations

import gzip
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows.collect import collect
from flows.errors import LandingStopped, NoFileUsable, SettingsError, SourceError, TooManyRefused
from flows.inbox.keep import fates_kept
from flows.land import land
from flows.load import load
from flows.receipts import RefusedFile
from flows.settings import load_settings
from flows.sources.fingerprint import fingerprint
from flows.story import Story
from flows.validate import validate
from flows.warehouse import open_warehouse
from tests.books import LANDED
from tests.inbox.drop import Drop, content, damaged, refused_rows


def with_settings(drop: Drop, **changed: Any) -> Drop:
    return replace(drop, settings=load_settings(**{**drop.settings.model_dump(), **changed}))


def test_each_file_is_taken_once_and_its_fate_stands_in_the_ledger(drop: Drop) -> None:
    path = drop.put("monday/a.csv", content(1))
    loaded = drop.run().loaded
    assert loaded is not None
    (fate,) = drop.fates(content(1))
    assert (fate.path, fate.name, fate.bytes) == (str(drop.folder / "monday/a.csv"), "a.csv", path.stat().st_size)
    assert (fate.verdict, fate.batch_id, fate.format, fate.table_name) == ("loaded", loaded.batch_id, "csv", "events")
    assert fate.sha256 == fingerprint(path).sha256
    assert fate.loaded_at is not None
    assert drop.run().collected == replace(collect(drop.settings), files=(), known=1)
    assert drop.events() == ["e1"]


def test_a_copy_is_told_once_at_once_or_a_month_later(drop: Drop) -> None:
    one, two = drop.put("a.csv", content(1)), drop.put("b.csv", content(1))
    story = drop.run()
    assert story.collected is not None
    assert [(copy.path, copy.reason) for copy in story.collected.copies] == [(str(two), f"is a copy of {one}")]
    assert [fate.verdict for fate in drop.fates(content(1))].count("copy") == 1
    later = drop.put("c.csv", content(1))
    told = drop.run().collected
    assert told is not None
    (copy,) = told.copies
    assert copy.path == str(later)
    assert copy.reason == f"is a copy of {one}, which is in batch {story.batch_id}"
    assert (told.files, told.known) == ((), 2)
    again = drop.run().collected
    assert again is not None
    assert (again.copies, again.known) == ((), 3)
    assert drop.events() == ["e1"]


def test_a_copy_whose_original_could_not_be_loaded_takes_its_place(drop: Drop) -> None:
    original, copy = drop.put("a.csv", refused_rows(1)), drop.put("b.csv", refused_rows(1))
    with pytest.raises(TooManyRefused):
        drop.run()
    original.unlink()
    found = collect(drop.settings)
    assert [file.path for file in found.files] == [str(copy)], "it is as new as the original was"


def test_another_content_under_a_known_name_is_new(drop: Drop) -> None:
    drop.put("a.csv", content(1))
    drop.run()
    drop.put("a.csv", content(22))
    drop.run()
    assert drop.events() == ["e1", "e22"]


def test_a_file_that_is_touched_or_moved_is_not_new(drop: Drop) -> None:
    path = drop.put("a.csv", content(1))
    drop.run()
    os.utime(path, (0, 0))
    touched = drop.run().collected
    assert touched is not None
    assert (touched.files, touched.copies, touched.known) == ((), (), 1)
    assert [fate.verdict for fate in drop.fates(content(1))] == ["loaded"]
    path.rename(path.with_name("done.csv"))
    moved = drop.run().collected
    assert moved is not None
    assert [copy.path for copy in moved.copies] == [str(drop.folder / "done.csv")]
    assert drop.events() == ["e1"]


def test_known_files_are_not_read_again(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    drop.put("a.csv", content(1))
    drop.put("bad.csv", damaged(1))
    drop.put("copy.csv", content(1))
    drop.run()
    monkeypatch.setattr("flows.inbox.read.take", lambda path, format: pytest.fail(f"{path} is read"))
    assert drop.run().collected == replace(collect(drop.settings), known=3)


def test_a_new_file_is_read_once_for_its_content(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    drop.put("a.csv", content(1))
    read = []
    monkeypatch.setattr("flows.land.fingerprint", lambda path: read.append(path) or fingerprint(path))
    drop.run()
    assert len(read) == 1


def test_what_is_removed_or_replaced_does_not_come_back_by_itself(drop: Drop) -> None:
    path = drop.put("a.csv", content(1))
    batch_id = drop.run().batch_id
    assert batch_id is not None
    with open_warehouse(drop.settings) as warehouse:
        warehouse.remove(batch_id, LANDED)
    assert drop.run().loaded is None
    assert drop.events() == []
    other = drop.put("../other.csv", content(2))
    load(validate(land([path], drop.settings, landed_at=LANDED), drop.settings), drop.settings)
    assert drop.events() == ["e1"], "whoever names it takes it"
    load(validate(land([other], drop.settings, landed_at=LANDED), drop.settings), drop.settings, replaces=batch_id)
    assert drop.run().loaded is None
    assert drop.events() == ["e2"]
    assert [fate.verdict for fate in drop.fates(content(1))] == ["loaded"], "a row for the batch, however often it came"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.csv.part", "a.csv.tmp", "a.csv.crdownload", "a.csv.filepart", "A.CSV.PART"])
def test_an_upload_that_is_not_complete_is_left_and_told(drop: Drop, name: str) -> None:
    path = drop.put(name, content(1))
    told = drop.run().collected
    assert told is not None
    assert (told.files, told.arriving) == ((), (str(path),))
    path.rename(drop.folder / "a.csv")
    assert drop.run().loaded is not None


@pytest.mark.parametrize("name", [".a.csv", "_a.csv", "_temporary/a.csv", ".sync/a.csv", "_SUCCESS", "readme.md"])
def test_what_is_no_data_by_its_name_is_passed_over(drop: Drop, name: str) -> None:
    drop.put(name, content(1))
    assert collect(drop.settings) == replace(collect(drop.settings), files=(), arriving=(), known=0)


def test_a_file_that_was_changed_lately_is_left_whatever_its_time_says(drop: Drop) -> None:
    patient = with_settings(drop, inbox_settle_seconds=1000)
    path = patient.put("a.csv", content(1))
    os.utime(path, (0, 0))  # as whoever keeps the original's time does
    assert collect(patient.settings).arriving == (str(path),)
    assert collect(drop.settings).files


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_file_that_changes_while_it_is_read_is_left(drop: Drop, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    path = drop.put("a.csv", content(1))
    from flows.inbox import read

    really = read.take

    def take(path: Path, format: str | None) -> Any:
        if moment == "before":
            path.write_text(content(1) + content(2))
        taken = really(path, format)
        if moment == "after":
            path.write_text(content(1) + content(2))
        return taken

    monkeypatch.setattr(read, "take", take)
    found = collect(drop.settings)
    assert (found.files, found.arriving) == ((), (str(path),))
    monkeypatch.undo()
    assert collect(drop.settings).files[0].sha256 == fingerprint(path).sha256


def test_a_file_of_no_use_is_refused_once_and_the_others_go_on(drop: Drop) -> None:
    bad = drop.put("bad.csv", damaged(1))
    whole = gzip.compress(content(3).encode())
    cut = drop.folder / "cut.csv.gz"
    cut.write_bytes(whole[:-4])
    drop.put("good.csv", content(1))
    story = drop.run()
    assert story.warnings()[0] == "2 files could not be used"
    assert [file.path for file in story.refused_files] == [str(bad), str(cut)]
    (fate,) = drop.fates(damaged(1))
    assert (fate.verdict, fate.reason, fate.batch_id) == ("refused", story.refused_files[0].reason, None)
    again = drop.run()
    assert again.warnings() == []
    assert again.collected is not None
    assert again.collected.known == 3
    cut.write_bytes(whole)
    drop.run()
    assert drop.events() == ["e1", "e3"]


def test_a_file_that_may_not_be_read_is_told_until_it_may(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    drop.put("a.csv", content(1))
    refuse = PermissionError(13, "Permission denied")
    really = Path.open

    def opened(path: Path, *how: Any, **more: Any) -> Any:
        if path.name == "a.csv":
            raise refuse
        return really(path, *how, **more)

    for _ in range(2):
        with monkeypatch.context() as patch:
            patch.setattr(Path, "open", opened)
            story = drop.run()
        assert [file.reason for file in story.refused_files] == ["cannot be read: Permission denied"]
    assert drop.run().loaded is not None


def test_a_file_that_is_refused_when_it_is_read_to_its_end_is_not_tried_again(drop: Drop) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = drop.folder / "a.parquet"
    rows = {
        "event_id": ["e"] * 5000,
        "event_type": ["page_view"] * 5000,
        "event_timestamp": ["2025-11-01T10:00:00Z"] * 5000,
    }
    pq.write_table(pa.table(rows), path, compression="zstd", use_dictionary=False)
    whole = bytearray(path.read_bytes())
    whole[20:120] = b"\0" * 100
    path.write_bytes(whole)
    with pytest.raises(NoFileUsable):
        drop.run()
    told = drop.run()
    assert told.collected is not None
    assert (told.collected.files, told.collected.known, told.warnings()) == ((), 1, [])


def test_files_of_no_use_are_remembered_also_where_they_are_all_batches_of_a_landing(drop: Drop) -> None:
    """The accident: every run tried them again, and failed again."""
    paths = [str(drop.put(f"{number}.csv", content(number))) for number in range(2)]
    story = Story("r1", drop.settings, collected=collect(drop.settings))
    errors = [NoFileUsable("is cut off", [RefusedFile(path, "is cut off")]) for path in paths]
    with pytest.raises(LandingStopped, match=r"^2 of 2 batches stopped$"), fates_kept(story):
        raise LandingStopped("2 of 2 batches stopped", errors)
    told = drop.run()
    assert told.collected is not None
    assert (told.collected.files, told.collected.known) == ((), 2)


def test_the_given_format_is_not_held_against_a_file(drop: Drop) -> None:
    drop.put("a.csv", content(1))
    assert len(collect(drop.settings, format="parquet").refused_files) == 1
    with pytest.raises(SourceError, match="no format cvs"):
        collect(drop.settings, format="cvs")
    drop.run()
    assert drop.events() == ["e1"]


def test_whoever_names_a_refused_file_takes_it(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    path = drop.put("a.csv", content(1))
    with monkeypatch.context() as patch:
        patch.setattr("flows.sources.recognise._first_fit", lambda header, tried: None)  # a version that knows it not
        drop.run()
    assert [fate.verdict for fate in drop.fates(content(1))] == ["refused"]
    assert drop.run().loaded is None
    load(validate(land([path], drop.settings), drop.settings), drop.settings)
    assert [fate.verdict for fate in drop.fates(content(1))] == ["loaded"]


def test_files_of_a_batch_that_is_stopped_wait_and_are_named(drop: Drop) -> None:
    good, poison = drop.put("good.csv", content(1)), drop.put("poison.csv", refused_rows(1))
    for _ in range(2):
        with pytest.raises(TooManyRefused, match="stay in the inbox, and every run tries them again") as stopped:
            drop.run()
        assert f"{good}, {poison}" in str(stopped.value)
    assert drop.fates(content(1), refused_rows(1)) == []
    poison.unlink()
    drop.run()
    assert drop.events() == ["e1"]


def test_files_that_an_earlier_version_loaded_are_known_by_their_manifests(drop: Drop) -> None:
    path = drop.put("a.csv", content(1))
    drop.run()
    for lost in ("delete from ops.files", "drop table ops.files"):
        drop.ask(lost)
        assert drop.run().loaded is None
        (fate,) = drop.fates(content(1))
        assert (fate.path, fate.verdict) == (str(path), "loaded")
    assert drop.events() == ["e1"]


def test_a_file_named_by_hand_is_known_to_the_inbox(drop: Drop) -> None:
    path = drop.put("a.csv", content(1))
    load(validate(land([path], drop.settings), drop.settings), drop.settings)
    found = collect(drop.settings)
    assert (found.files, found.copies, found.known) == ((), (), 1)


def test_links_within_the_inbox_are_followed_and_odd_things_passed_by(drop: Drop) -> None:
    hidden = drop.put(".versions/2/a.csv", content(1)).parent
    (drop.folder / "current").symlink_to(hidden)
    (hidden / "round").symlink_to(drop.folder)
    (drop.folder / "nowhere.csv").symlink_to("gone.csv")
    os.mkfifo(drop.folder / "pipe.csv")
    found = collect(drop.settings)
    assert ([file.path for file in found.files], found.refused_files) == ([str(drop.folder / "current/a.csv")], ())


def test_links_that_lead_out_of_the_inbox_are_told_and_not_followed(drop: Drop) -> None:
    """The accident: whoever could upload had the lake's own files, or anybody's, taken for a shop's data."""
    outside = drop.put("../elsewhere/a.csv", content(1))
    drop.put("b.csv", content(2))
    for name, target in (("file.csv", outside), ("folder", outside.parent), ("up", drop.folder.parent)):
        (drop.folder / name).symlink_to(target)
    found = collect(drop.settings)
    assert [file.name for file in found.files] == ["b.csv"]
    assert {(Path(file.path).name, file.reason) for file in found.refused_files} == {
        (name, "is a link that leads out of the inbox") for name in ("file.csv", "folder", "up")
    }


def test_folders_that_link_to_each_other_are_looked_at_once(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The accident: of eight such folders each way through all of them was walked, 100,000 of them."""
    folders = [drop.put(f"{number}/a.csv", content(number)).parent for number in range(7)]
    for one in folders:
        for other in folders:
            (one / f"to_{other.name}").symlink_to(other)
    listed, scandir = list[str](), os.scandir

    def scan(path: Path) -> Any:
        listed.append(str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", scan)
    assert len(collect(drop.settings).files) == len(folders)
    assert len([path for path in listed if path.startswith(str(drop.folder))]) == len(folders) + 1


@pytest.mark.parametrize("inbox", [".", "..", "lake", "lake/accepted", "/"])
def test_an_inbox_in_which_shopflow_itself_writes_is_refused(drop: Drop, inbox: str) -> None:
    with pytest.raises(SettingsError, match="give it a folder of its own"):
        collect(with_settings(drop, inbox=inbox).settings)


def test_an_inbox_that_is_not_there_is_no_empty_one(drop: Drop) -> None:
    with pytest.raises(SourceError, match=r"there is no folder .*nowhere"):
        collect(with_settings(drop, inbox="nowhere").settings)

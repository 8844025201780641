"""An inbox in a bucket: each object's content once, known ones without being read; its fate in BigQuery's ledger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest
import requests

from flows.collect import collect
from flows.errors import SettingsError, StorageError
from flows.gcp import storage_client
from flows.inbox import own_folder
from flows.settings import Settings, load_settings
from flows.warehouse import bigquery_tables, open_warehouse
from tests.books import LANDED
from tests.inbox.drop import Drop, content, damaged

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bigquery")]


@pytest.fixture
def drop(cloud: Settings) -> Drop:
    place = cloud.lake
    return Drop(load_settings(**{**cloud.model_dump(), "inbox": f"{place}/in", "lake": f"{place}/lake"}))


def put(drop: Drop, name: str, text: str) -> str:
    bucket, _, prefix = drop.settings.inbox.removeprefix("gs://").partition("/")
    storage_client(drop.settings).bucket(bucket).blob(f"{prefix}/{name}").upload_from_string(text.encode())
    return f"{drop.settings.inbox}/{name}"


@contextmanager
def downloads() -> Iterator[list[str]]:
    """The objects of the inbox that are read within the block."""
    really, read = requests.Session.send, []

    def send(session: requests.Session, request: requests.PreparedRequest, **how: Any) -> requests.Response:
        if request.method == "GET" and "alt=media" in str(request.url):
            name = unquote(str(request.url).split("?")[0].rsplit("/o/")[1])
            read.extend([name.split("/in/")[1]] if "/in/" in name else [])
        return really(session, request, **how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests.Session, "send", send)
        yield read


def test_each_object_is_taken_once_by_its_content(drop: Drop) -> None:
    first, copy = put(drop, "monday/a.csv", content(1)), put(drop, "tuesday/a.csv", content(1))
    bad, half = put(drop, "bad.csv", damaged(1)), put(drop, "b.csv.part", content(2))
    put(drop, "_SUCCESS", "")
    put(drop, "folder/", "")
    with downloads() as read:
        story = drop.run()
    assert sorted(read) == ["bad.csv", "monday/a.csv"], "of two objects of one md5 one is read"
    assert story.collected is not None
    assert [copy.path for copy in story.collected.copies] == [copy]
    assert [file.path for file in story.refused_files] == [bad]
    assert story.collected.arriving == (half,)
    assert drop.events() == ["e1"]
    assert not (own_folder(drop.settings) / "copies").exists()
    by_path = {fate.path: fate for fate in drop.fates(content(1), damaged(1))}
    assert {path: fate.verdict for path, fate in by_path.items()} == {first: "loaded", copy: "copy", bad: "refused"}
    assert (by_path[first].name, by_path[first].batch_id) == ("a.csv", story.batch_id)

    assert story.batch_id is not None
    with open_warehouse(drop.settings) as warehouse:
        warehouse.remove(story.batch_id, LANDED)
    later = put(drop, "wednesday.csv", content(1))
    elsewhere = replace(drop, settings=drop.settings.model_copy(update={"home": drop.settings.home / "anew"}))
    with downloads() as read:
        told = elsewhere.run().collected  # a container's home is empty: all that is known is in the warehouse
    assert told is not None
    assert (read, told.files, told.known) == ([], (), 3)
    assert [copy.reason for copy in told.copies] == [f"is a copy of {first}, which is in batch {story.batch_id}"]
    put(drop, "monday/a.csv", content(2))
    with downloads() as read:
        drop.run()
    assert (read, drop.events()) == (["monday/a.csv"], ["e2"])
    assert {fate.path for fate in drop.fates(content(1)) if fate.verdict == "copy"} == {copy, later}


def test_an_object_that_is_another_one_since_it_was_listed_is_left(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    from google.cloud.storage.blob import Blob

    address = put(drop, "a.csv", content(1))
    really = Blob.download_to_filename

    def download(blob: Blob, *args: Any, **how: Any) -> None:
        put(drop, "a.csv", content(2))
        really(blob, *args, **how)

    with monkeypatch.context() as patch:
        patch.setattr(Blob, "download_to_filename", download)
        found = collect(drop.settings)
    assert (found.files, found.arriving) == ((), (address,))
    assert len(collect(drop.settings).files) == 1


def test_an_object_may_be_called_as_the_folder_of_another_one(drop: Drop) -> None:
    with pytest.MonkeyPatch.context() as patch:  # the emulator keeps objects as files, which cannot
        there = put(drop, "a/b.csv", content(1)), put(drop, "c.csv", content(2))
        from flows.inbox import bucket

        really = bucket.local
        patch.setattr(bucket, "local", lambda name: really({"c.csv": "a"}.get(name, name)))
        story = drop.run()
    assert story.batch is not None
    assert sorted(file.found_at for file in story.batch.files) == sorted(there)
    assert drop.events() == ["e1", "e2"]


def test_files_that_an_earlier_version_loaded_are_known_by_their_manifests(drop: Drop) -> None:
    put(drop, "a.csv", content(1))
    drop.run()
    drop.ask("drop table ops.files")
    bigquery_tables.forget_prepared()
    told = drop.run()
    assert (told.loaded, drop.events()) == (None, ["e1"])
    assert [fate.verdict for fate in drop.fates(content(1))] == ["loaded"]


def test_a_bucket_that_is_not_there_is_one_sentence(drop: Drop) -> None:
    nowhere = drop.settings.model_copy(update={"inbox": "gs://no-such-bucket/in"})
    with pytest.raises(StorageError, match="listing gs://no-such-bucket/in"):
        collect(nowhere)


@pytest.mark.parametrize(
    ("inbox", "lake"), [("gs://bu", "gs://bu/lake"), ("gs://bu/x/y", "gs://bu/x"), ("gs://bu", "gs://bu")]
)
def test_an_inbox_that_holds_the_lake_is_refused(cloud: Settings, inbox: str, lake: str) -> None:
    with pytest.raises(SettingsError, match="keep them apart"):
        collect(load_settings(**{**cloud.model_dump(), "inbox": inbox, "lake": lake}))

"""Homes of two machines with one lake in a bucket: what counts is the bucket."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from flows.checks.manifest import manifests, read_manifest, write_manifest
from flows.checks.placing import take_away
from flows.checks.tombstones import Tombstones, read_tombstones, write_tombstones
from flows.errors import StorageError
from flows.lake import Lake
from flows.settings import Settings, load_settings
from tests.accepted import Rows, accepted
from tests.bucket import Bucket, bucket

__all__ = ["bucket"]
NOW = datetime(2025, 11, 4, tzinfo=UTC)


@pytest.fixture
def homes(tmp_path: Path) -> tuple[Settings, Settings]:
    one, other = (load_settings(home=tmp_path / name, lake="gs://lake/shop") for name in ("one", "other"))
    return one, other


def test_of_two_people_who_are_forgotten_at_once_no_tombstone_is_lost(
    bucket: Bucket, homes: tuple[Settings, Settings]
) -> None:
    one, other = map(Lake.of, homes)
    first = Tombstones().with_person("ada", [], NOW)
    write_tombstones(one, first, one.generation(one.tombstones))
    generations = [lake.generation(lake.tombstones) for lake in (one, other)]
    write_tombstones(one, first.with_person("bob", [], NOW), generations[0])
    with pytest.raises(StorageError, match="was written by another run meanwhile") as refused:
        write_tombstones(other, first.with_person("eve", [], NOW), generations[1])
    assert refused.value.is_transient
    generation, known = other.generation(other.tombstones), read_tombstones(other)
    assert known is not None
    write_tombstones(other, known.with_person("eve", [], NOW), generation)
    assert read_tombstones(one) == first.with_person("bob", [], NOW).with_person("eve", [], NOW)
    assert bucket.objects["shop/tombstones.json"][0] == 3


def validated(settings: Settings, batch_id: str, zone: str = "UTC", **rows: Rows) -> None:
    """A batch as validate leaves it, in the home and in the bucket."""
    told = replace(accepted(settings, batch_id, **rows), reporting_timezone=zone)
    write_manifest(Lake.of(settings), told, settings.home / "draft.json")


@pytest.mark.usefixtures("bucket")
def test_a_batch_that_another_machine_took_out_is_validated_again(homes: tuple[Settings, Settings]) -> None:
    """Regression: the home's own copy said that it was done, and the load asked the bucket for files that had gone."""
    one, other = homes
    validated(one, "b1", users=[{"user_id": "u1"}])
    assert read_manifest(Lake.of(one), "b1", "UTC") is not None
    assert read_manifest(Lake.of(other), "b1", "UTC") is not None
    take_away(Lake.of(other), "b1")
    assert [told.batch.batch_id for told in manifests(Lake.of(one))] == ["b1"], "as long as the bucket has no batch"
    assert read_manifest(Lake.of(one), "b1", "UTC") is None
    assert list(manifests(Lake.of(one))) == []


@pytest.mark.usefixtures("bucket")
def test_a_batch_that_another_machine_validated_anew_is_brought_with_its_rows(
    homes: tuple[Settings, Settings],
) -> None:
    one, other = homes
    for settings, user in ((one, "u1"), (other, "u2")):
        validated(settings, "b1", users=[{"user_id": user}])
    assert read_manifest(Lake.of(one), "b1", "UTC") is not None
    (file,) = Lake.of(one).accepted_files("users", "b1")
    assert duckdb.execute("select user_id from read_parquet(?)", [str(file)]).fetchall() == [("u2",)]


@pytest.mark.parametrize("is_used", [True, False])
@pytest.mark.usefixtures("bucket")
def test_what_the_bucket_lacks_leaves_the_home_unless_the_bucket_was_never_used(
    homes: tuple[Settings, Settings], is_used: bool
) -> None:
    one, other = homes
    lake = Lake.of(one)
    if is_used:
        validated(other, "b2", users=[{"user_id": "u2"}])
    for path in (stale := [*lake.accepted_files("events", "b1"), lake.quarantine("users", "b1"), lake.manifest("b1")]):
        path.parent.mkdir(parents=True)
        path.write_bytes(b"of a person")
    lake.refresh()
    assert [path.exists() for path in stale] == [not is_used] * 3
    assert lake.accepted_files("users", "b2")[0].is_file() is is_used

"""Homes of two machines with one lake in a bucket: what counts is the bucket."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.checks.tombstones import Tombstones, read_tombstones, write_tombstones
from flows.errors import StorageError
from flows.lake import Lake
from flows.settings import Settings, load_settings
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

"""A landing's files as batches: every file in one, none in two, and always the same ones."""

from __future__ import annotations

import hashlib
import math
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.checks.manifest import write_manifest
from flows.divide import divide
from flows.lake import Lake
from flows.receipts import Batch, RefusedFile, SourceFile, Validated
from flows.settings import Settings, load_settings
from flows.sources.names import batch_id, told_apart

NOON = datetime(2025, 11, 1, 12, tzinfo=UTC)
GB = 1_000_000_000

# A file is its folder, its name and its size in tenths of a gigabyte; files of one name in two folders differ.
files = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from("uvwxyz"), st.integers(0, 12)),
    unique_by=lambda file: file[:2],
    min_size=1,
)
limits = st.sampled_from([0.3, 1, 2.5])


def landed(told: list[tuple[str, str, int]]) -> Batch:
    found = []
    for folder, name, tenths in told:
        sha256 = hashlib.sha256(f"{folder}{name}{tenths}".encode()).hexdigest()
        found.append(SourceFile(f"/{folder}/{name}.csv", f"{name}.csv", sha256, tenths * GB // 10, "csv", "events"))
    named = tuple(told_apart(found))
    return Batch(batch_id(named), NOON, named)


def take(batch: Batch, settings: Settings) -> None:
    """What validating a batch leaves in the lake, as far as dividing looks at it."""
    settings.home.mkdir(parents=True, exist_ok=True)
    write_manifest(Lake.of(settings), Validated(batch, (), ()), settings.home / "draft")


def paths(batches: tuple[Batch, ...]) -> list[list[str]]:
    return [sorted(file.path for file in batch.files) for batch in batches]


@pytest.fixture(scope="module")
def anew(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with TemporaryDirectory(dir=tmp_path_factory.mktemp("homes")) as folder:
        yield Path(folder)


def empty(folder: Path, limit: float) -> Settings:
    shutil.rmtree(folder, ignore_errors=True)
    return load_settings(home=folder, batch_gigabytes=limit)


@hypothesis.settings(deadline=None, max_examples=60)
@given(told=files, limit=limits, order=st.randoms())
def test_every_file_is_in_one_batch_which_is_as_if_it_had_landed_alone(told, limit, order, anew: Path) -> None:  # type: ignore[no-untyped-def]
    settings, whole = empty(anew, limit), landed(told)
    batches = divide(whole, settings).batches
    assert sorted(path for batch in paths(batches) for path in batch) == sorted(file.path for file in whole.files)
    for batch in batches:
        alone = tuple(told_apart(replace(file, name=Path(file.path).name) for file in batch.files))
        assert (batch.batch_id, batch.files) == (batch_id(alone), alone)
    order.shuffle(told)
    assert divide(landed(told), settings).batches == batches


@hypothesis.settings(deadline=None, max_examples=60)
@given(told=files, limit=limits)
def test_batches_are_about_as_large_as_they_may_be(told, limit, anew: Path) -> None:  # type: ignore[no-untyped-def]
    whole = landed(told)
    batches = divide(whole, empty(anew, limit)).batches
    size = sum(file.bytes for file in whole.files)
    if size <= limit * GB:
        assert batches == (whole,)
    for batch in batches:
        inner = sorted(file.bytes for file in batch.files)[:-2]  # one at each end may reach beyond
        assert sum(inner) <= limit * GB
    assert len(batches) <= max(math.ceil(size / (limit * GB)), 1)


@pytest.mark.slow
@hypothesis.settings(deadline=None, max_examples=60)
@given(told=files, limit=limits, other=limits, more=files, chance=st.randoms())
def test_what_the_lake_has_as_a_batch_stays_one(told, limit, other, more, chance, anew: Path) -> None:  # type: ignore[no-untyped-def]
    """After a kill, with another limit, and with other files beside: nothing is validated or loaded a second time."""
    settings = empty(anew, limit)
    batches = divide(landed(told), settings).batches
    done = [batch for batch in batches if chance.random() < 0.5]
    for batch in done:
        take(batch, settings)
    assert {batch.batch_id for batch in divide(landed(told), settings).batches} == {b.batch_id for b in batches}

    known = {file[:2] for file in told}
    grown = landed([*told, *(file for file in more if file[:2] not in known)])
    again = divide(grown, settings.model_copy(update={"batch_gigabytes": other})).batches
    if sum(file.bytes for file in grown.files) > other * GB:
        assert {batch.batch_id for batch in done} <= {batch.batch_id for batch in again}
    assert sorted(path for batch in paths(again) for path in batch) == sorted(file.path for file in grown.files)


def test_a_landing_that_was_one_batch_stays_one_when_the_limit_is_lowered(settings: Settings) -> None:
    """The accident that this prevents: rows of a landing from before there was a limit would be loaded once more."""
    whole = landed([("a", name, 8) for name in "uvw"])
    take(whole, settings)
    assert divide(whole, settings.model_copy(update={"batch_gigabytes": 1})).batches == (whole,)


def test_a_mended_file_makes_another_batch_of_its_own_neighbours_alone(settings: Settings) -> None:
    few = settings.model_copy(update={"batch_gigabytes": 1})
    first = divide(landed([("a", name, 5) for name in "uvwxyz"]), few).batches
    for batch in (first[0], first[2]):
        take(batch, few)
    again = divide(landed([("a", name, 6 if name == "x" else 5) for name in "uvwxyz"]), few).batches
    assert [batch.batch_id for batch in again if batch.batch_id in {b.batch_id for b in first}] == [
        first[0].batch_id,
        first[2].batch_id,
    ]
    assert {path for batch in again[1:-1] for path in paths((batch,))[0]} == {"/a/w.csv", "/a/x.csv"}


def test_files_that_could_not_be_used_are_the_landings_and_no_batchs(settings: Settings) -> None:
    whole = replace(landed([("a", name, 8) for name in "uv"]), refused_files=(RefusedFile("/a/no.csv", "is empty"),))
    divided = divide(whole, settings.model_copy(update={"batch_gigabytes": 1}))
    assert divided.whole.refused_files == whole.refused_files
    assert [batch.refused_files for batch in divided.batches] == [(), ()]

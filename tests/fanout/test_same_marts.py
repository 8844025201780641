"""However many batches a landing is, and whoever validates them in whatever order: the same rows, the same marts."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.lake import Lake
from flows.settings import Settings, load_settings
from tests.fanout.conftest import Run, batches_of
from tests.kill.state import seen_by_readers
from tests.ran import Ran

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]

Split = Callable[..., None]
OWN = "batch_id, source_file"


@pytest.fixture(scope="module")
def whole(
    run_flow: Callable[..., Ran], shop: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Ran, Settings, dict[str, Any]]:
    """The run of the shop as one batch, its home, and its marts."""
    from flows.pipeline import pipeline

    home = load_settings(home=tmp_path_factory.mktemp("whole"))
    ran = run_flow(pipeline, home, source=[str(shop)])
    return ran, home, seen_by_readers(home)


def rows(home: Path, table: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as warehouse:
        return warehouse.execute(f"select distinct * exclude ({OWN}) from raw.{table} order by all").fetchall()


def require_same(whole: tuple[Ran, Settings, dict[str, Any]], ran: Ran, home: Path, batches: int) -> None:
    """Raise AssertionError unless a run of several batches ended as that of one did."""
    one, settings, marts = whole
    number = {"land": 1, "transform": 1, "publish": 1, "run": 1} | dict.fromkeys(("validate", "judge", "load"), batches)
    assert Counter(ran.steps) == number
    assert ran.story.batches == batches > 2
    assert seen_by_readers(load_settings(home=home)) == marts
    for table in ("events", "users", "products"):
        assert rows(home, table) == rows(settings.home, table)
    (told,), (before,) = ([c for c in s.validated.counts if c.table == "events"] for s in (ran.story, one.story))
    assert (told.rows_read, told.quarantined) == (before.rows_read, before.quarantined)
    assert ran.story.checks, "judged"
    assert ran.story.warnings() == one.story.warnings()
    staging = Lake(home / "lake").staging
    assert not any(staging.iterdir())
    assert not [*home.glob(".*")], "nothing is left lying about"


def test_in_turn(whole: Any, run: Run, shop: Path, tmp_path: Path, split: Split) -> None:
    split()
    batches = batches_of(shop, tmp_path)
    ran = run(tmp_path / "home", shop)
    require_same(whole, ran, tmp_path / "home", len(batches))
    told = [receipt.batch_id for receipt in ran.story.receipts if receipt.step == "validate"]
    assert told == [batch.batch_id for batch in batches]
    assert ran.state.message == whole[0].state.message
    again = run(tmp_path / "home", shop)
    assert again.story.is_up_to_date
    assert again.story.batches == len(batches)


def test_by_threads_which_end_in_reverse(
    whole: Any, run: Run, shop: Path, tmp_path: Path, split: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    split(workers=9)
    ids = [batch.batch_id for batch in batches_of(shop, tmp_path)]
    module, ended = import_module("flows.validate"), {id: threading.Event() for id in ids}
    really = module.validate

    def validate(batch: Any, settings: Settings) -> Any:
        told, place = really(batch, settings), ids.index(batch.batch_id)
        assert place + 1 == len(ids) or ended[ids[place + 1]].wait(60)
        ended[batch.batch_id].set()
        return told

    monkeypatch.setattr(module, "validate", validate)
    ran = run(tmp_path / "home", shop)
    require_same(whole, ran, tmp_path / "home", len(ids))
    loaded = [receipt.batch_id for receipt in ran.story.receipts if receipt.step == "load"]
    assert loaded == ids, "the order is that of the files"


def test_by_two_dask_workers(whole: Any, run: Run, shop: Path, tmp_path: Path, split: Split, two_workers: str) -> None:
    split(workers=2, dask=two_workers)
    batches = batches_of(shop, tmp_path)
    ran = run(tmp_path / "home", shop)
    require_same(whole, ran, tmp_path / "home", len(batches))


def test_no_more_are_at_work_at_once_than_there_may_be(
    run: Run, shop: Path, tmp_path: Path, split: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    split(workers=2, memory_limit="1GB", threads=5)
    module, at_work, most, shares = import_module("flows.validate"), list[str](), list[int](), set[tuple[str, int]]()
    two, stop = threading.Barrier(2), import_module("flows.batches")
    really = module.validate

    def validate(batch: Any, settings: Settings) -> Any:
        at_work.append(batch.batch_id)
        most.append(len(at_work))
        shares.add((settings.memory_limit, settings.threads))
        if len(most) <= 2:
            two.wait(60)
        told = really(batch, settings)
        at_work.remove(batch.batch_id)
        return told

    monkeypatch.setattr(module, "validate", validate)
    monkeypatch.setattr(stop, "require_contracts", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "home", shop)
    assert max(most) == 2
    assert len(most) > 2
    assert shares == {("500MB", 2)}

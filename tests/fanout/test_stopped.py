"""A batch of several that may not be loaded: nothing of the landing is, and what passed is not checked again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from flows.errors import ClusterError, HomeHeld, LandingStopped, SettingsError
from flows.lake import Lake
from flows.lock import holder, locked
from flows.receipts import Check, Landed
from flows.settings import Settings, load_settings
from flows.warehouse import open_warehouse
from tests.fanout.conftest import Run, batches_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]
Split = Callable[..., None]


def spoiled(shop: Path, folder: Path) -> Path:
    """The shop, with too many bad rows in one of its files."""
    copy = folder / "spoiled"
    shutil.copytree(shop, copy)
    file = copy / "events-2.csv"
    header, *rows = file.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join([header, *(row.replace("2025-", "never-") for row in rows)]), "utf-8")
    return copy


@pytest.fixture(autouse=True)
def _no_build(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is built of the batches is another test's."""
    monkeypatch.setattr("flows.pipeline.update_marts", lambda *_: None)


def loaded(home: Path) -> list[Any]:
    with open_warehouse(load_settings(home=home), read_only=True) as warehouse:
        return warehouse.query("select batch_id from ops.batches")


@pytest.mark.parametrize("workers", [1, 3])
def test_the_batch_is_named_nothing_is_loaded_and_the_mended_file_is_all_that_is_left_to_do(
    workers: int, run: Run, shop: Path, tmp_path: Path, split: Split
) -> None:
    split(workers=workers)
    home, source = tmp_path / "home", spoiled(shop, tmp_path)
    batches = batches_of(source, home)
    (bad,) = [batch for batch in batches if any(file.name == "events-2.csv" for file in batch.files)]
    stopped = run(home, source)
    assert stopped.state.is_failed()
    with pytest.raises(LandingStopped, match=rf"^1 of {len(batches)} batches stopped.*\n  batch {bad.batch_id} \(eve"):
        stopped.state.result()
    assert loaded(home) == []
    assert not (home / "serving").exists()
    verdicts = [r.verdict for r in sorted(stopped.story.receipts, key=lambda r: r.started_at) if r.step == "validate"]
    assert verdicts.count("failed") == 1
    assert "judge" not in stopped.steps

    kept = {path: path.stat().st_mtime_ns for path in (home / "lake" / "batches").iterdir()}
    assert len(kept) == len(batches) - 1
    shutil.copy(shop / "events-2.csv", source / "events-2.csv")
    mended = run(home, source)
    assert mended.state.is_completed()
    assert {path: path.stat().st_mtime_ns for path in kept} == kept, "not validated again"
    assert {path.stem for path in kept} < {row["batch_id"] for row in loaded(home)}
    assert mended.story.batches == len(loaded(home)) == len(batches)


def test_a_contract_that_one_batch_breaks_stops_all(
    run: Run, shop: Path, tmp_path: Path, split: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    split()
    last = batches_of(shop, tmp_path)[-1].batch_id
    contracts = import_module("flows.contracts")

    def judge(told: Any, *_: Any) -> tuple[Check, ...]:
        return (Check("events", "rows", "stop", told.batch.batch_id != last),)

    monkeypatch.setattr(contracts, "judge", judge)
    ran = run(tmp_path / "home", shop)
    assert f"batch {last}" in ran.state.message
    assert "1 check of the contracts did not pass" in ran.state.message
    assert len(ran.story.checks) == ran.story.batches, "those that passed are told, too"
    assert loaded(tmp_path / "home") == []


def test_files_that_are_gone_are_left_out_also_where_they_are_a_whole_batch(
    run: Run, shop: Path, tmp_path: Path, split: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    split()
    source = tmp_path / "source"
    shutil.copytree(shop, source)
    first, *others = batches_of(source, tmp_path)
    divide = import_module("flows.divide")
    really = divide.divide

    def lose(*args: Any) -> Landed:
        divided: Landed = really(*args)
        for file in first.files:
            Path(file.path).unlink()
        return divided

    monkeypatch.setattr(divide, "divide", lose)
    ran = run(tmp_path / "home", source)
    assert ran.state.name == "Degraded"
    assert {file.path for file in ran.story.batch.refused_files} == {file.path for file in first.files}
    assert len(loaded(tmp_path / "home")) == len(others)


def test_without_the_extra_it_is_said_which_one_is_needed(
    run: Run, shop: Path, tmp_path: Path, split: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    split(dask="local")
    monkeypatch.setitem(import_module("sys").modules, "prefect_dask", None)
    ran = run(tmp_path / "home", shop)
    with pytest.raises(SettingsError, match=r"pip install 'shopflow\[dask\]'"):
        ran.state.result()


def test_a_scheduler_that_is_not_there_is_one_sentence(
    run: Run, shop: Path, tmp_path: Path, split: Split, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("prefect_dask")
    monkeypatch.setattr("flows.cluster.SECONDS", 0.5)
    split(dask=f"tcp://127.0.0.1:{free_port}")
    ran = run(tmp_path / "home", shop)
    assert ran.state.message == f"the Dask scheduler at tcp://127.0.0.1:{free_port} cannot be reached"
    with pytest.raises(ClusterError):
        ran.state.result()


def test_a_worker_that_sees_another_world_is_refused_with_all_that_is_wrong(
    shop: Path, settings: Settings, free_port: int
) -> None:
    from flows.cluster import differences

    file = batches_of(shop, settings.home)[0].files[0]
    with locked(settings):
        held = holder(settings)
        assert held is not None
        assert held.pid == os.getpid()
        elsewhere = load_settings(home=settings.home.with_name("elsewhere"))
        away = import_module("dataclasses").replace(file, path="/nowhere/events.csv")
        found = differences(elsewhere, held, away, f"http://127.0.0.1:{free_port}/api", "0.0.1")
    assert [said.split(":")[0].split(" at ")[0].split(" /")[0] for said in found] == [
        "has shopflow 0.1.0, and not 0.0.1",
        "sees another SHOPFLOW_HOME, or none,",
        "does not see the file",
        "does not reach the Prefect server",
    ]


def test_batches_of_a_run_that_is_gone_are_waited_for(settings: Settings, two_workers: str, tmp_path: Path) -> None:
    """A run that is killed leaves its workers at work, and the scheduler says nothing of them any more."""
    from distributed import Client

    from flows.cluster import MADE, let_end

    gate = tmp_path / "gate"
    os.mkfifo(gate)
    with Client(two_workers, set_as_default=False) as killed:
        killed.submit(Path.read_text, gate, key=f"{MADE}0")
        with gate.open("w") as opened:  # and so the worker has begun
            killed.close()
            with Client(two_workers, set_as_default=False) as client:
                assert not any(client.processing().values())
                with pytest.raises(HomeHeld, match="1 batch of a run that is gone"):
                    let_end(client, settings.model_copy(update={"lock_wait_seconds": 0}))
                opened.close()
                let_end(client, settings)


def test_the_keys_of_attempts_begin_as_they_are_looked_for(
    run: Run, shop: Path, tmp_path: Path, split: Split, two_workers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.cluster import MADE

    runner, keys = import_module("prefect_dask").DaskTaskRunner, list[str]()
    really = runner.submit

    def submit(self: Any, *args: Any, **kwargs: Any) -> Any:
        future = really(self, *args, **kwargs)
        keys.append(future.wrapped_future.key)
        return future

    monkeypatch.setattr(runner, "submit", submit)
    split(dask=two_workers)
    ran = run(tmp_path / "home", shop)
    assert len(keys) == 2 * ran.story.batches
    assert all(key.startswith(MADE) for key in keys)


def test_what_a_killed_worker_left_is_no_batch(settings: Settings) -> None:
    lake = Lake.of(settings)
    (lake.staging / "tmp1").mkdir(parents=True)
    (settings.home / ".dask-1").mkdir()
    from flows.leftovers import sweep

    sweep(settings)
    assert not lake.staging.exists()
    assert not (settings.home / ".dask-1").exists()

"""A small shop in several files, how it is run as several batches, and two Dask workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.divide import divide
from flows.generate import generate
from flows.land import land
from flows.receipts import Batch
from flows.settings import load_settings
from tests.ran import Ran

LIMIT = 60_000  # bytes of a batch
Run = Callable[..., Ran]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A week of files, some rows of which are refused or copies, also of rows in another file."""
    folder = tmp_path_factory.mktemp("shop") / "files"
    generate(folder, events=1_200, days=7, format="csv", defects=["negative_price", "duplicate"])
    (events,) = folder.glob("events-*.csv")
    header, *rows = events.read_text("utf-8").splitlines(keepends=True)
    events.unlink()
    for number in range(4):
        first = number * len(rows) // 4
        again = rows[max(first - 20, 0) : first]  # what the file before told, too
        own = rows[first : (number + 1) * len(rows) // 4]
        (folder / f"events-{number}.csv").write_text("".join([header, *again, *own]), "utf-8")
    return folder


@pytest.fixture
def split(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have runs divide what they land, with other settings beside."""

    def split(**others: object) -> None:
        for name, value in {"batch_gigabytes": LIMIT / 1e9, **others}.items():
            monkeypatch.setenv(f"SHOPFLOW_{name.upper()}", str(value))

    return split


@pytest.fixture
def run(run_flow: Callable[..., Ran]) -> Run:
    """Run the pipeline on a home of its own, with the settings of the environment."""
    from flows.pipeline import pipeline

    def run(home: Path, *source: Path) -> Ran:
        return run_flow(pipeline, load_settings(home=home), source=[str(path) for path in source])

    return run


def batches_of(shop: Path, home: Path) -> tuple[Batch, ...]:
    """Those that a run of the environment's settings makes."""
    settings = load_settings(home=home)
    return divide(land([shop], settings), settings).batches


@pytest.fixture(scope="session")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler with two workers, each a process."""
    distributed: Any = pytest.importorskip("distributed")
    pytest.importorskip("prefect_dask")
    folder = tmp_path_factory.mktemp("dask")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, memory_limit=0, local_directory=str(folder)
    ) as cluster:
        yield cluster.scheduler_address

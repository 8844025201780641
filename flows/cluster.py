"""A Dask cluster to hand batches to: processes of this machine, or a scheduler and its workers on others."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from prefect.settings import PREFECT_API_URL
from prefect.task_runners import TaskRunner

from flows import __version__
from flows.errors import ClusterError, HomeHeld, SettingsError
from flows.leftovers import sweep
from flows.lock import POLL_SECONDS, holder
from flows.receipts import Landed, SourceFile
from flows.settings import Settings
from flows.sources.stamp import stamp
from flows.story import count_of

MADE = "_carry-"  # how Dask's keys begin for flows.steps._carry
SECONDS = 10  # to wait for a scheduler, and for a worker's look at the Prefect server


@contextmanager
def cluster(settings: Settings, landed: Landed, at_once: int) -> Iterator[tuple[TaskRunner[Any], int]]:
    """The task runner of `settings.dask`, and how many of `at_once` batches may be at work together on one machine.

    Raises SettingsError where the extra `dask` is not installed, ClusterError where the scheduler cannot be reached,
    has no workers, or has one that sees other files, another home, another shopflow or no Prefect server.
    """
    try:
        from prefect_dask import DaskTaskRunner
    except ImportError as error:
        raise SettingsError("SHOPFLOW_DASK needs the extra `dask`: pip install 'shopflow[dask]'") from error
    if settings.dask == "local":
        with _local(settings, at_once) as options, DaskTaskRunner(cluster_kwargs=options) as runner:
            yield runner, at_once
        return
    with DaskTaskRunner(address=settings.dask, client_kwargs={"timeout": SECONDS}) as runner:
        with explained(settings.dask):
            workers = runner.client.scheduler_info(n_workers=-1)["workers"]
        if not workers:
            raise ClusterError(f"the Dask scheduler at {settings.dask} has no workers: start some")
        require_alike(runner.client, settings, landed)
        let_end(runner.client, settings)
        slots = Counter[str]()
        for worker in workers.values():
            slots[worker["host"]] += worker["nthreads"]
        yield runner, min(at_once, max(slots.values()))


@contextmanager
def explained(address: str = "") -> Iterator[None]:
    """Raise ClusterError for what Dask says of a cluster that is not there, or whose workers die."""
    try:
        yield
    except Exception as error:
        if type(error).__name__ == "KilledWorker":
            raise ClusterError(
                "Dask workers died over a batch, as they do where memory runs out: set SHOPFLOW_MEMORY_LIMIT or "
                "SHOPFLOW_WORKERS lower; what was validated is not validated again"
            ) from error
        if address and isinstance(error, OSError):
            raise ClusterError(f"the Dask scheduler at {address} cannot be reached") from error
        raise


def let_end(client: Any, settings: Settings) -> None:
    """Wait for the batches of a run that was killed: its workers go on to the end, and would write beside this one's.

    Only what is at work at the call is waited for. Raises HomeHeld where that takes longer than
    SHOPFLOW_LOCK_WAIT_SECONDS.
    """
    deadline, left = time.monotonic() + settings.lock_wait_seconds, _at_work(client)
    while left := left & _at_work(client):
        if time.monotonic() >= deadline:
            raise HomeHeld(
                f"{count_of(len(left), 'batch', 'batches')} of a run that is gone are at work on the Dask cluster "
                f"{settings.dask} still: run again when they have ended, or start its workers anew"
            )
        time.sleep(POLL_SECONDS)


def _at_work(client: Any) -> set[str]:
    """Keys of the attempts in the threads of all workers; the scheduler forgets those whose client is gone."""
    return {key for keys in client.run(_active).values() for key in keys if key.startswith(MADE)}


def _active(dask_worker: Any) -> list[str]:
    return [str(key) for key in dask_worker.active_threads.values()]


def require_alike(client: Any, settings: Settings, landed: Landed) -> None:
    """Raise ClusterError unless every worker sees what this process sees."""
    found = client.run(
        differences,
        settings,
        holder(settings),
        landed.whole.files[0],
        PREFECT_API_URL.value(),
        __version__,
        on_error="return",
    )
    for worker, told in sorted(found.items()):
        if isinstance(told, ModuleNotFoundError):
            told = [f"has no shopflow, or an older one ({told})"]
        if told:
            raise ClusterError(f"the Dask worker {worker} {told if isinstance(told, Exception) else '; '.join(told)}")


def differences(settings: Settings, held: object, file: SourceFile, api_url: str | None, version: str) -> list[str]:
    """What a worker, in whose process this is called, sees otherwise than the run does."""
    found = []
    if version != __version__:
        found.append(f"has shopflow {__version__}, and not {version}")
    if not settings.is_in_bucket and holder(settings) != held:
        found.append(f"sees another SHOPFLOW_HOME, or none, at {settings.home}: it has to be on a disk that all share")
    if stamp(Path(file.path)) != file.stamp:
        found.append(f"does not see the file {file.path} as it is here: files have to be on a disk that all share")
    try:
        httpx.get(f"{api_url}/health", timeout=SECONDS)
    except httpx.HTTPError:
        found.append(f"does not reach the Prefect server at {api_url}: set PREFECT_API_URL to one that all reach")
    return found


@contextmanager
def _local(settings: Settings, workers: int) -> Iterator[dict[str, Any]]:
    """What makes a cluster of processes, on loopback only; DuckDB bounds their memory, so Dask need not."""
    settings.home.mkdir(parents=True, exist_ok=True)
    try:
        with TemporaryDirectory(prefix=".dask-", dir=settings.home, ignore_cleanup_errors=True) as scratch:
            yield {
                "n_workers": workers,
                "threads_per_worker": 1,
                "processes": True,
                "memory_limit": 0,
                "host": "127.0.0.1",
                "dashboard_address": None,
                "local_directory": scratch,
            }
    except BaseException:
        sweep(settings)  # the workers are gone, and were ended in the middle of what they did
        raise

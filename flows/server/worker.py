"""What runs in the background process `worker`: Prefect's own process worker, which starts a process for each run."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from pathlib import Path
from typing import Any

from flows.server.process import end_with_home

RUNS_AT_ONCE = 4  # more than one is at work only in several homes: those of one home wait for each other


async def serve(pool: str) -> None:
    """Take the pool's runs until SIGTERM; then the runs under way are told to end, and are waited for."""
    from prefect.workers.process import ProcessWorker

    worker = ProcessWorker(
        work_pool_name=pool, name=f"shopflow-{os.uname().nodename}", limit=RUNS_AT_ONCE, create_pool_if_not_found=False
    )
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, told.set)
    serving, ending = asyncio.create_task(worker.start()), asyncio.create_task(told.wait())
    await asyncio.wait({serving, ending}, return_when=asyncio.FIRST_COMPLETED)
    if not serving.done():
        await _end_runs(worker)
        serving.cancel()
    ending.cancel()
    await asyncio.gather(serving, ending, return_exceptions=True)
    if not serving.cancelled() and (error := serving.exception()):
        raise error


async def _end_runs(worker: Any) -> None:
    # Prefect's worker would kill them: they are to note how they end, and to leave nothing half-made.
    asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(os.getpgrp(), signal.SIGTERM)  # this process leads the group of the runs that it has begun
    while worker.is_setup and (busy := worker.limiter.borrowed_tokens):
        worker.limiter.total_tokens = busy  # and no other is begun meanwhile
        await asyncio.sleep(0.05)


def main() -> None:
    """Work until SIGTERM. The lock's descriptor is inherited and held open: it says that this worker lives."""
    gc.set_threshold(50_000, 10, 10)  # imports make no garbage to speak of; looking for it is a fifth of their time
    folder, lock_fd, pool = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[4]
    end_with_home(folder / "worker.lock", lock_fd)
    asyncio.run(serve(pool))


if __name__ == "__main__":
    main()

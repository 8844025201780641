"""What ends dbt: it cancels the queries of its threads at a KeyboardInterrupt, and at nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def ending_at_signals() -> Iterator[None]:
    """Within the block, whatever a signal raises in dbt's main thread is a KeyboardInterrupt to dbt.

    Prefect's handler raises an exception of its own: dbt would leave its threads at work, and the warehouse locked,
    until the process ends. The block ends with what the signal has raised.
    """
    from dbt.task.runnable import GraphRunnableTask

    behind: list[BaseException] = []
    run_queue = GraphRunnableTask.run_queue

    def ended(task: Any, pool: Any) -> None:
        try:
            run_queue(task, pool)
        except Exception:
            raise
        except BaseException as error:
            behind.append(error)
            raise KeyboardInterrupt from error

    GraphRunnableTask.run_queue = ended
    try:
        yield
    finally:
        GraphRunnableTask.run_queue = run_queue
        if behind:
            raise behind[0]

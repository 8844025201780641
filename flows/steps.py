"""How a step of the pipeline runs: as a Prefect task that leaves a receipt, whatever becomes of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextvars import copy_context
from datetime import UTC, datetime
from functools import partial, wraps
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast

from prefect import State, task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from flows.bills import charge, counted
from flows.errors import ShopflowError, StorageError
from flows.ledger import receipt_of
from flows.receipts import Node, Receipt
from flows.story import Story, listeners
from flows.summary import line_of, line_of_node

P = ParamSpec("P")
R = TypeVar("R")


def step(name: str) -> Callable[[Callable[Concatenate[Story, P], R]], Callable[Concatenate[Story, P], R]]:
    """Make a function a step: a Prefect task of that name, with the function's docstring as its description.

    What the function returns is remembered in the story, and its receipt is kept, also where it fails. Our own errors
    are raised and are the failed task's message, without a traceback; any other error goes through Prefect with one.
    """

    def decorate(work: Callable[Concatenate[Story, P], R]) -> Callable[Concatenate[Story, P], R]:
        @task(
            name=name,
            description=work.__doc__,
            task_run_name="{attempt.label}",
            cache_policy=NO_CACHE,
            persist_result=False,
        )
        def carried(attempt: Attempt[R]) -> State[Any]:
            return attempt.make()

        @wraps(work)
        def run(story: Story, *args: P.args, **kwargs: P.kwargs) -> R:
            attempt = Attempt(story, name, partial(work, story, *args, **kwargs))
            carried(attempt)
            return attempt.result()

        return cast(Callable[Concatenate[Story, P], R], run)

    return decorate


class Attempt(Generic[R]):
    """One step of one run, about to be made."""

    def __init__(self, story: Story, name: str, work: Callable[[], R]) -> None:
        self.story, self.name, self.work = story, name, work
        self.label = f"{name} {story.batch_id}" if story.batch_id else name
        self.told: R | None = None
        self.error: ShopflowError | None = None

    def make(self) -> State[Any]:
        """Do it; the state says how it went. Raises only what is no ShopflowError."""
        for listener in listeners():
            listener.step_began(self.name)
        started_at, clock = datetime.now(UTC), time.monotonic()
        failure: BaseException | None = None
        try:
            with counted() as bill:
                self.told = self.work()
            self.story.take(self.told)
        except ShopflowError as error:
            failure = self.error = error
            self.story.take(error)
        except OSError as error:
            failure = self.error = StorageError(f"{self.name}: {error.strerror or error}: {error.filename or ''}")
        except BaseException as error:
            failure = _signal_behind(error) or error
            if failure is not error:
                raise failure from None
            raise
        finally:
            seconds = time.monotonic() - clock
            receipt = receipt_of(self.story, self.name, started_at, seconds, self.told, failure, bill.billed)
            keep(self.story, receipt)
        if self.error is not None:
            return Failed(message=str(self.error))
        return Completed(name="Degraded" if receipt.verdict == "degraded" else None, message=line_of(receipt))

    def result(self) -> R:
        if self.error is not None:
            raise self.error
        return cast(R, self.told)


def _signal_behind(error: BaseException) -> BaseException | None:
    """What a handler of signals raised, where DuckDB has made a RuntimeError of it: Prefect knows only the former."""
    cause = error.__cause__ if isinstance(error, RuntimeError) else None
    return cause if cause is not None and not isinstance(cause, Exception) else None


def keep(story: Story, receipt: Receipt) -> None:
    """Remember a receipt and show it; `store_receipts` writes it to the warehouse."""
    story.receipts.append(receipt)
    level = logging.ERROR if receipt.verdict == "failed" else logging.INFO
    get_run_logger().log(level, "%s: %s", receipt.step, line_of(receipt) or receipt.verdict)
    for listener in listeners():
        listener.step_ended(receipt)


def store_receipts(story: Story) -> None:
    """Write the receipts that are not in the warehouse yet. Failing to do so is a warning, never a failed run."""
    from flows.warehouse import open_warehouse

    fresh = story.receipts[story.receipts_stored :]
    try:
        with open_warehouse(story.settings) as warehouse:
            warehouse.record(fresh)
        story.receipts_stored += len(fresh)
    except Exception as error:
        steps = ", ".join(receipt.step for receipt in fresh)
        get_run_logger().warning("the receipts of %s were not stored in the warehouse: %s", steps, error)


def teller(story: Story) -> Callable[[Node], None]:
    """What to call with each dbt node as it ends: the log (models and failures), progress, story and bill get it."""
    logger, here = get_run_logger(), copy_context()  # dbt's threads know neither the run nor where its log goes

    def tell(node: Node) -> None:
        story.nodes.append(node)
        here.copy().run(charge, node.billed)
        has_failed = node.status not in ("success", "pass", "skipped")
        if node.kind == "model" or has_failed:
            level = logging.WARNING if has_failed else logging.INFO
            here.copy().run(logger.log, level, "%s", line_of_node(node))
        for listener in listeners():
            listener.node_ended(node)

    return tell

"""One step of one run, about to be made, and what came of it: both can be sent to another process and back."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, cast

from prefect import State
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from flows.bills import counted
from flows.errors import ShopflowError, StorageError
from flows.ledger import receipt_of
from flows.receipts import Batch, Erased, Landed, Receipt, Removed, Validated
from flows.summary import line_of

R = TypeVar("R")


@dataclass(frozen=True)
class About:
    """The run that a step belongs to, and the batch that it is about."""

    run_id: str
    batch_id: str | None


@dataclass(frozen=True)
class Outcome(Generic[R]):
    """What a step told, or the error that it failed with (or both), and its receipt."""

    told: R | None
    error: ShopflowError | None
    receipt: Receipt

    def result(self) -> R:
        """What it told; raises its error."""
        if self.error is not None:
            raise self.error
        return cast(R, self.told)


class Attempt(Generic[R]):
    """A step about to be made. `require` raises a ShopflowError where what `work` tells may not be gone on with.

    `outcome` is known in the process that made it. No dataclass: Prefect looks into those of a task's parameters.
    """

    def __init__(
        self, name: str, about: About, work: Callable[[], R], require: Callable[[R], None] | None = None
    ) -> None:
        self.name, self.about, self.work, self.require = name, about, work, require
        self.label = f"{name} {about.batch_id}" if about.batch_id else name
        self.outcome: Outcome[R] | None = None

    def make(self) -> State[Any]:
        """Do it; the state says how it went and holds the outcome. Raises only what is no ShopflowError."""
        started_at, clock = datetime.now(UTC), time.monotonic()
        told: R | None = None
        error: ShopflowError | None = None
        failure: BaseException | None = None
        with counted() as bill:
            try:
                told = self.work()
                if self.require:
                    self.require(told)
            except ShopflowError as refused:
                failure = error = refused
            except OSError as refused:
                failure = error = StorageError(f"{self.name}: {refused.strerror or refused}: {refused.filename or ''}")
            except BaseException as other:
                failure = _signal_behind(other) or other
                if failure is not other:
                    raise failure from None
                raise
            finally:
                about = About(self.about.run_id, batch_of(told) or self.about.batch_id)
                seconds = time.monotonic() - clock
                receipt = receipt_of(about, self.name, started_at, seconds, told, failure, bill.billed)
                self.outcome = Outcome(told, error, receipt)
                log(receipt)
        if error is not None:
            return Failed(message=str(error), data=self.outcome)
        name = "Degraded" if receipt.verdict == "degraded" else None
        return Completed(name=name, message=line_of(receipt), data=self.outcome)


def log(receipt: Receipt) -> None:
    """Put a receipt's line into the log of the run."""
    level = logging.ERROR if receipt.verdict == "failed" else logging.INFO
    get_run_logger().log(level, "%s: %s", receipt.step, line_of(receipt) or receipt.verdict)


def batch_of(told: object) -> str | None:
    """The id of the batch, or of the erasure, that something tells of."""
    match told:
        case Batch() | Removed():
            return told.batch_id
        case Landed():
            return told.whole.batch_id if len(told.batches) == 1 else None
        case Validated():
            return told.batch.batch_id
        case Erased():
            return told.erasure_id
    return None


def _signal_behind(error: BaseException) -> BaseException | None:
    """What a handler of signals raised, where DuckDB has made a RuntimeError of it: Prefect knows only the former."""
    cause = error.__cause__ if isinstance(error, RuntimeError) else None
    return cause if cause is not None and not isinstance(cause, Exception) else None

"""One step of one run, about to be made, and what came of it: both can be sent to another process and back."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, cast

from prefect import State
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from flows.bills import counted
from flows.bounds import bounded, too_long
from flows.errors import ShopflowError, StorageError
from flows.ledger import receipt_of
from flows.receipts import Batch, Billed, Erased, Landed, Receipt, Removed, Validated
from flows.settings import Settings
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

    It may be made again as `settings` allow, where its error is transient; the receipt is then that of all attempts
    together, with their time and costs, and tells which attempt it was and what came of those before. `outcome` is
    known in the process that made it. No dataclass: Prefect looks into those of a task's parameters.
    """

    def __init__(
        self,
        name: str,
        about: About,
        work: Callable[[], R],
        settings: Settings,
        require: Callable[[R], None] | None = None,
    ) -> None:
        self.name, self.about, self.work, self.require = name, about, work, require
        self.retries, self.minutes = settings.step_retries, settings.step_timeout_minutes
        self.label = f"{name} {about.batch_id}" if about.batch_id else name
        self.outcome: Outcome[R] | None = None
        self.refusals: list[str] = []  # what came of the attempts that were followed by another one
        self.started_at, self.billed = datetime.now(UTC), Billed()

    def make(self) -> State[Any]:
        """Do it; the state says how it went and holds the outcome. Raises only what is no ShopflowError."""
        if self.outcome is not None:
            self.refusals.append(str(self.outcome.error))
        else:
            self.started_at = datetime.now(UTC)
        told: R | None = None
        error: ShopflowError | None = None
        failure: BaseException | None = None
        with counted() as bill:
            try:
                with bounded(self.name, self.minutes):
                    told = self.work()
                    if self.require:
                        self.require(told)
            except ShopflowError as refused:
                failure = error = refused
            except OSError as refused:
                failure = error = StorageError(f"{self.name}: {refused.strerror or refused}: {refused.filename or ''}")
                error.is_transient = isinstance(refused, ConnectionError | TimeoutError | BlockingIOError)
            except BaseException as other:
                failure = other
                raise
            finally:
                self.billed += bill.billed
                receipt = self._receipt(told, failure)
                self.outcome = Outcome(told, error, receipt)
                if error is not None and error.is_transient and len(self.refusals) < self.retries:
                    get_run_logger().warning("%s: attempt %d failed: %s", self.name, len(self.refusals) + 1, error)
                else:
                    log(receipt)
        if error is not None:
            return Failed(message=str(error), data=self.outcome)
        name = "Degraded" if receipt.verdict == "degraded" else None
        return Completed(name=name, message=line_of(receipt), data=self.outcome)

    @property
    def most_seconds(self) -> float:
        """What all of its attempts together may take, but for the pauses between them."""
        return self.minutes * 60 * (1 + self.retries)

    def given_up(self) -> Outcome[R]:
        """What came of it, where it is made elsewhere and its time is over."""
        error = too_long(self.name, self.minutes)
        return Outcome(None, error, self._receipt(None, error))

    def _receipt(self, told: R | None, failure: BaseException | None) -> Receipt:
        about = About(self.about.run_id, batch_of(told) or self.about.batch_id)
        seconds = (datetime.now(UTC) - self.started_at).total_seconds()
        receipt = receipt_of(about, self.name, self.started_at, seconds, told, failure, self.billed)
        if not self.refusals:
            return receipt
        again = {"attempt": len(self.refusals) + 1, "refusals": list(self.refusals)}
        return replace(receipt, detail={**receipt.detail, **again})


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

"""Bounds of a piece of work: how long it may take, and that a signal ends it, whoever was at work when it came."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from flows.errors import StepTooLong

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def bounded(name: str, minutes: float) -> Iterator[None]:
    """End the block with StepTooLong after so many minutes, and with what a signal's handler raises when one comes.

    Within the block both are a KeyboardInterrupt, which everybody at work there knows: DuckDB ends its query, dbt those
    of its threads, BigQuery's job is cancelled. What they make of it (DuckDB a RuntimeError, soda a check that was not
    evaluated) does not matter: the block raises what was behind it. Outside the main thread, which alone gets signals,
    nothing is bounded.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    behind: list[BaseException] = []

    def hearing(handler: Any) -> Callable[[int, FrameType | None], None]:
        def hear(number: int, frame: FrameType | None) -> None:
            try:
                handler(number, frame)
            except BaseException as error:
                behind.append(error)
                raise KeyboardInterrupt from None

        return hear

    def ring(number: int, frame: FrameType | None) -> None:
        raise StepTooLong(
            f"{name} took longer than SHOPFLOW_STEP_TIMEOUT_MINUTES ({minutes:g}) allows and was ended; nothing is "
            "half-written. Raise the limit, or give it less at once; the next run does what is left"
        )

    before = {number: handler for number in SIGNALS if callable(handler := signal.getsignal(number))}
    alarm = signal.signal(signal.SIGALRM, hearing(ring))
    for number, handler in before.items():
        signal.signal(number, hearing(handler))
    signal.setitimer(signal.ITIMER_REAL, minutes * 60)
    try:
        yield
    except BaseException:
        if not behind:
            raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, alarm)
        for number, handler in before.items():
            signal.signal(number, handler)
    if behind:
        raise behind[0] from None

"""Bounds of a piece of work: how long it may take, and that a signal ends it, whoever was at work when it came."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from flows.errors import StepTooLong

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def bounded(name: str, minutes: float) -> Iterator[None]:
    """End the block with StepTooLong after so many minutes, and with what a signal's handler raises when one comes.

    Both are an exception wherever Python stands just then. What those at work make of it (DuckDB a RuntimeError, soda
    a check that was not evaluated) does not matter: the block ends with the exception itself. Outside the main thread,
    which alone gets signals, nothing is bounded: whoever waits for other threads has to give up on them (`Hands.make`).
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    alarm = signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, minutes * 60)
    with _ear() as heard:
        failure: BaseException | None = None
        try:
            yield
        except BaseException as error:
            failure = error
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, alarm)
        came = heard()
    if signal.SIGALRM in came:
        raise too_long(name, minutes) from None
    if failure is None or isinstance(failure, Exception):
        for number in came:
            _again(number)
    if failure is not None:
        raise failure


def too_long(name: str, minutes: float) -> StepTooLong:
    """What is said of a step whose time was over."""
    return StepTooLong(
        f"{name} took longer than SHOPFLOW_STEP_TIMEOUT_MINUTES ({minutes:g}) allows and was ended; nothing is "
        "half-written. Raise the limit, or give it less at once; the next run does what is left"
    )


def _ring(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt  # which everybody at work knows: dbt ends the queries of its threads


def _again(number: int) -> None:
    """Raise what the signal's handler has raised, which somebody has swallowed or made something else of."""
    handler = signal.getsignal(number)
    if callable(handler):
        handler(number, None)


@contextmanager
def _ear() -> Iterator[Callable[[], set[int]]]:
    """Within the block, a function that tells which of the signals have come. Their handlers stay what they are.

    Prefect takes a run for cancelled only where it finds its own handler of SIGTERM in its place.
    """
    reading, writing = os.pipe()
    for end in (reading, writing):
        os.set_blocking(end, False)
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)

    def heard() -> set[int]:
        try:
            return set(os.read(reading, 4096)) & {*SIGNALS, signal.SIGALRM}
        except BlockingIOError:
            return set()

    try:
        yield heard
    finally:
        signal.set_wakeup_fd(before)
        os.close(reading)
        os.close(writing)

"""Ctrl-C and SIGTERM: a run that is told to end says so in one sentence, whoever was at work when it was told."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from flows.errors import Interrupted
from flows.receipts import Receipt
from flows.story import Listener, Story, listening

SIGNALS = {signal.SIGINT: "interrupted", signal.SIGTERM: "told to end (SIGTERM)"}


@contextmanager
def interruptible() -> Iterator[None]:
    """Raise Interrupted in place of whatever comes of SIGINT or SIGTERM within the block. In the main thread only.

    A signal is an exception wherever Python stands just then: DuckDB makes a RuntimeError of it, soda a check that was
    not evaluated, and Prefect a crashed or a failed run. So it is noted when it comes, whatever comes of it.
    """
    ear = _Ear()
    before = {number: signal.getsignal(number) for number in SIGNALS}
    mine = [number for number, handler in before.items() if handler is not signal.SIG_IGN]  # nohup, and `&` in scripts
    for number in mine:
        signal.signal(number, ear.hear)
    try:
        with listening(ear):
            yield
    except BaseException as error:
        if ear.heard:
            raise _end(ear.heard[0]) from error
        raise
    finally:
        for number in mine:
            signal.signal(number, before[number])
    if ear.heard:
        raise _end(ear.heard[0])


def _end(number: int) -> Interrupted:
    return Interrupted(
        f"{SIGNALS[signal.Signals(number)]}; nothing is half-written, and the next run does what this one left undone",
        number,
    )


class _Ear(Listener):
    def __init__(self) -> None:
        self.heard: list[int] = []
        self._then: Any = None

    def hear(self, number: int, frame: FrameType | None) -> None:
        self.heard.append(number)
        if number == signal.SIGTERM and self._then is not None:
            then, self._then = self._then, None
            then(number, frame)
        raise KeyboardInterrupt

    def began(self, story: Story) -> None:
        # Prefect has its own handler of SIGTERM while a flow runs, which it takes away again by itself.
        handler = signal.getsignal(signal.SIGTERM)
        if callable(handler) and handler != self.hear:
            self._then = handler
            signal.signal(signal.SIGTERM, self.hear)

    def step_ended(self, receipt: Receipt) -> None:
        if self.heard and receipt.step != "run":  # somebody has swallowed it
            raise KeyboardInterrupt

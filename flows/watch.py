"""Watch: what no run can do for itself is done from outside, again and again, until somebody says that it is enough."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event

from flows.duties import Duty

LONGEST_PAUSE_SECONDS = 60.0


@dataclass
class _Turn:
    """When a duty is called next, and how often in a row it has failed."""

    duty: Duty
    at: float
    failures: int = 0


def watch(
    duties: Sequence[Duty], say: Callable[[str], None], ended: Event, clock: Callable[[], float] = time.monotonic
) -> None:
    """Call each duty at its interval until `ended` is set; `say` gets one line per fact.

    A duty that fails is told once, is called again after twice the time (a minute at most) and so on, and is told again
    when it works; the others go on as if nothing had happened. `clock` counts seconds.

    >>> done = Event()
    >>> watch([Duty("greet", 1, lambda: [done.set() or "hello"])], print, done)
    hello
    """
    turns = [_Turn(duty, clock()) for duty in duties]
    while not ended.is_set():
        for turn in turns:
            if turn.at <= clock() and not ended.is_set():
                _take(turn, say)
                turn.at = clock() + _pause(turn)
        ended.wait(max(0.0, min(turn.at for turn in turns) - clock()))


def _take(turn: _Turn, say: Callable[[str], None]) -> None:
    try:
        for line in turn.duty.do():
            say(line)
    except Exception as error:
        turn.failures += 1
        if turn.failures == 1:
            told = " ".join(str(error).split()) or type(error).__name__
            say(f"cannot look after {turn.duty.name}, trying again: {told}")
        return
    if turn.failures:
        say(f"looking after {turn.duty.name} again")
    turn.failures = 0


def _pause(turn: _Turn) -> float:
    every = turn.duty.every_seconds
    return max(every, min(every * 2**turn.failures, LONGEST_PAUSE_SECONDS)) if turn.failures else every

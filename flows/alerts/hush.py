"""Libraries that carry messages write the addresses that they call into logs, some only at the level of debugging."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

CHATTY = ("apprise", "httpcore", "httpx", "urllib3")


_lock, _nobody = threading.Lock(), logging.NullHandler()
_before: dict[str, bool] = {}
_inside = 0


@contextmanager
def hushed() -> Iterator[None]:
    """Keep what they say from every log meanwhile, whichever thread they say it in.

    Several threads may be within, one of them for longer than whoever began it: the last one out ends it.
    """
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _inside
    with _lock:
        _inside += 1
        if _inside == 1:
            logging.getLogger("apprise").addHandler(_nobody)  # else Python writes warnings to stderr
            for name in CHATTY:
                _before[name] = logging.getLogger(name).propagate
                logging.getLogger(name).propagate = False


def _leave() -> None:
    global _inside
    with _lock:
        _inside -= 1
        if _inside == 0:
            logging.getLogger("apprise").removeHandler(_nobody)
            for name, propagate in _before.items():
                logging.getLogger(name).propagate = propagate


@contextmanager
def overheard(said: list[str]) -> Iterator[None]:
    """Put the warnings of Apprise in this thread into `said`: it tells its caller only that something went wrong."""
    handler = _Ear(said, threading.get_ident())
    logger = logging.getLogger("apprise")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


class _Ear(logging.Handler):
    def __init__(self, said: list[str], thread: int) -> None:
        super().__init__(logging.WARNING)
        self._said, self._thread = said, thread

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self._said.append(record.getMessage())

"""Libraries that carry messages write the addresses that they call into logs, some only at the level of debugging."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

CHATTY = ("apprise", "httpcore", "httpx", "urllib3")


@contextmanager
def hushed() -> Iterator[None]:
    """Keep what they say from every log meanwhile, whichever thread they say it in."""
    before = {name: logging.getLogger(name).propagate for name in CHATTY}
    for name in CHATTY:
        logging.getLogger(name).propagate = False
    logging.getLogger("apprise").addHandler(nobody := logging.NullHandler())  # else Python writes warnings to stderr
    try:
        yield
    finally:
        logging.getLogger("apprise").removeHandler(nobody)
        for name, propagate in before.items():
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

"""What jobs on a warehouse that bills have cost, added up for whoever counts: each step, and the run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from flows.receipts import Billed
from flows.settings import Settings

TEBIBYTE = 2**40


@dataclass
class Bill:
    """A sum that grows while its block runs; the threads of a build add to it at once."""

    billed: Billed = field(default_factory=Billed)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, billed: Billed) -> None:
        with self._lock:
            self.billed += billed


_open: ContextVar[tuple[Bill, ...]] = ContextVar("bills", default=())


@contextmanager
def counted() -> Iterator[Bill]:
    """A bill of every job that ends within the block; blocks within blocks count the same job, each for itself.

    A thread that was begun within the block counts where it runs in a copy of its context, as `flows.steps.teller` has
    it. Nothing that is billed before or after is on it.

    >>> with counted() as bill:
    ...     charge(Billed(1, 10_485_760, 40))
    >>> bill.billed.bytes
    10485760
    """
    bill = Bill()
    token = _open.set((*_open.get(), bill))
    try:
        yield bill
    finally:
        _open.reset(token)


def charge(billed: Billed) -> None:
    """Put what a job has cost on every bill that is open; nothing where nobody counts."""
    for bill in _open.get():
        bill.add(billed)


def dollars(bytes_billed: int, settings: Settings) -> str:
    """What so many bytes cost by the price in the settings.

    >>> dollars(3 * 2**40, Settings())
    '18.75 dollars'
    >>> dollars(10 * 2**20, Settings())
    'less than a cent'
    >>> dollars(0, Settings())
    'nothing'
    """
    price = bytes_billed / TEBIBYTE * settings.bigquery_dollars_per_tebibyte
    if price == 0:
        return "nothing"
    return "less than a cent" if price < 0.01 else f"{price:,.2f} dollars"

"""Logs of what runs in the background beside a home: they are kept from growing for ever."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress

from flows.server import LOG_LIMIT_BYTES
from flows.settings import Settings


def cut(settings: Settings, limit: int = LOG_LIMIT_BYTES) -> Iterator[str]:
    """Leave the last half of each log of this home's server, worker and watcher that is over its limit.

    It is cut in its place: whoever writes has it open to append, and goes on at its new end. What is written at that
    very moment may be lost.
    """
    for path in sorted(settings.prefect_home.glob("*.log")):
        with suppress(OSError):
            if path.stat().st_size > limit:
                with path.open("rb+") as log:
                    log.seek(-limit // 2, os.SEEK_END)
                    log.readline()  # the rest of a line
                    end = log.read()
                    log.truncate(0)
                with path.open("ab") as log:
                    log.write(end)
                yield f"{path.name} was over {limit:,} bytes: only its end is kept"

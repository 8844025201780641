"""Slow imports, made in a thread while other steps work: DuckDB computes without the interpreter's lock."""

from __future__ import annotations

import contextlib
import threading

from flows.settings import Settings

_thread: threading.Thread | None = None


def begin(settings: Settings) -> None:
    """Begin to import what judging and transforming need. Returns at once; calling it again does nothing."""
    global _thread
    if _thread is None:
        _thread = threading.Thread(target=_import, args=(settings,), name="warm", daemon=True)
        _thread.start()


def finish() -> None:
    """Wait until what `begin` began is done, so that no module is imported by two threads at once."""
    if _thread is not None:
        _thread.join()


def _import(settings: Settings) -> None:
    with contextlib.suppress(Exception):  # the step itself will say what is wrong, in its own words
        from flows import contracts, transform

        contracts.warm()
        transform.warm(settings)

"""Slow imports, made in a thread while other steps work: DuckDB computes without the interpreter's lock."""

from __future__ import annotations

import contextlib
import threading

from flows.settings import Settings

_thread: threading.Thread | None = None


def begin(settings: Settings) -> None:
    """Begin to import what judging and transforming need, and to parse the dbt project.

    Returns at once; calling it again does nothing. A step that comes sooner waits for what it needs.
    """
    global _thread
    if _thread is None:
        _thread = threading.Thread(target=_prepare, args=(settings,), name="warm", daemon=True)
        _thread.start()


def _prepare(settings: Settings) -> None:
    with contextlib.suppress(Exception):  # the step itself will say what is wrong, in its own words
        from flows import contracts, transform

        contracts.warm(settings)
        transform.warm(settings)

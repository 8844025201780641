"""Soda, imported with the data source that is asked for and no other."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from flows.settings import Settings


def soda(settings: Settings) -> tuple[Any, Any]:
    """The modules that judge: `verdict`, and the one that lays out a batch where the settings have the warehouse.

    Raises ImportError where soda, or its part for this warehouse, is not installed.
    """
    with _only(settings.target):
        return import_module("flows.contracts.verdict"), import_module(f"flows.contracts.on_{settings.target}")


@contextmanager
def _only(target: str) -> Iterator[None]:
    """Soda imports all its data sources that are installed; Google's takes half a second and 100 MB, for nothing."""
    logging.getLogger("soda_core.plugins").setLevel(logging.CRITICAL)  # it tells of the one that it does not get
    is_hidden = target == "duckdb" and "soda_bigquery" not in sys.modules
    if is_hidden:
        sys.modules["soda_bigquery"] = None  # type: ignore[assignment]  # what Python takes for: not to be found
    try:
        yield
    finally:
        if is_hidden:
            del sys.modules["soda_bigquery"]

"""What may stand in a cell of a CSV file that we write, whoever opens it."""

from __future__ import annotations

from typing import Any

# What makes a spreadsheet take a cell's text for a formula, which may ask other hosts or start programs.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def cell(value: Any) -> Any:
    """The value as a cell: text that would be a formula has an apostrophe before it. Numbers are left alone.

    >>> cell("=1+1"), cell(-3)
    ("'=1+1", -3)
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value

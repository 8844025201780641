"""Columns of numbers of one length, by name: what the shop's life is made of until the writer turns it into text."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Columns: TypeAlias = dict[str, Array]


def length(columns: Columns) -> int:
    """Number of rows; 0 for no columns at all."""
    return len(next(iter(columns.values()))) if columns else 0


def take(columns: Columns, rows: Array | slice) -> Columns:
    """The rows at these places (or under this mask), of every column."""
    return {name: column[rows] for name, column in columns.items()}


def join(parts: Sequence[Columns]) -> Columns:
    """The rows of all parts, one below the other. The parts have the same columns; empty ones are left out."""
    full = [part for part in parts if length(part)] or list(parts[:1])
    if len(full) == 1:
        return full[0]
    return {name: np.concatenate([part[name] for part in full]) for name in full[0]}

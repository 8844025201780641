"""One thing that the watcher does again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Duty:
    """`do` is called every `every_seconds` and tells what it did, a line per fact; mostly there is nothing to tell.

    It runs beside other watchers with the same duty, on this host or another one: doing twice what needs doing once
    must change nothing. It may raise: then it is called again later, and the other duties go on meanwhile.

    >>> Duty("sweep", 60, lambda: ["the yard is clean"]).name
    'sweep'
    """

    name: str
    every_seconds: float
    do: Callable[[], Iterable[str]]

"""A check, what it found, and the order of things: what hangs on a check that failed is not looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from flows.errors import ShopflowError


@dataclass(frozen=True)
class Check:
    """`look` says what it found, in a few words, or raises with what to do. `needs` are checks that come first."""

    name: str
    look: Callable[[], str]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """What came of a check; `told` is what was found, or what to do."""

    name: str
    verdict: Literal["ok", "fails", "skipped"]
    told: str


def diagnosed(checks: Iterable[Check]) -> Iterator[Finding]:
    """A finding for each check, in their order, as soon as it is known. Never raises, whatever a check meets.

    >>> [found.verdict for found in diagnosed([Check("sky", lambda: "blue"), Check("sea", lambda: 1 / 0)])]
    ['ok', 'fails']
    """
    lacking: set[str] = set()
    for check in checks:
        finding = _finding(check, lacking)
        if finding.verdict != "ok":
            lacking.add(check.name)
        yield finding


def _finding(check: Check, lacking: set[str]) -> Finding:
    if first := [name for name in check.needs if name in lacking]:
        return Finding(check.name, "skipped", f"not looked at before {first[0]} is ok")
    try:
        return Finding(check.name, "ok", check.look())
    except ShopflowError as error:
        return Finding(check.name, "fails", str(error))
    except Exception as error:  # a fault that nobody has thought of is a finding, too
        return Finding(check.name, "fails", f"{type(error).__name__}: {error}")

"""What can be wrong: the kinds of problems, and one problem as it is seen at one time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["stop", "warn"]

# Each has an entry `Alert: …` in the runbook, found by `anchor`.
KINDS = {
    "run_failed": "a run failed",
    "run_crashed": "a run was killed",
    "contract_stop": "a contract stopped a batch",
    "contract_warn": "a contract warned",
    "refused_share": "too many rows were refused",
    "build_failed": "a model or test failed",
    "test_warned": "a dbt test warned",
    "file_unusable": "a file could not be used",
    "no_new_data": "no new data",
    "unusual_number": "a number is out of its usual range",
}


@dataclass(frozen=True)
class Problem:
    """One problem: how bad it is and what happened, in a sentence without a row of anybody's data.

    `stop`: nothing new is published, readers keep the marts they had. `warn`: the numbers deserve a look. Two sights
    are of the same problem where kind and scope (a flow, a number) are the same; it has changed where `state` has.
    """

    kind: str
    severity: Severity
    sentence: str
    scope: str = ""
    state: str = ""

    @property
    def key(self) -> str:
        return key_of(self.kind, self.scope)


@dataclass(frozen=True)
class Seen:
    """What a look has found. `looked` are the keys of all that it would have found: what is missing there is over."""

    problems: tuple[Problem, ...] = ()
    looked: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Run:
    """The run that a message is about: its name and the address of its page. `readers` says what readers see now."""

    name: str
    url: str = ""
    readers: str = ""


def key_of(kind: str, scope: str = "") -> str:
    """The name under which a problem is remembered."""
    return f"{kind}:{scope}" if scope else kind


def titled(key: str) -> str:
    """A problem's title, by its key.

    >>> titled("run_failed:backfill")
    'a run failed (backfill)'
    """
    kind, _, scope = key.partition(":")
    return f"{KINDS.get(kind, kind)} ({scope})" if scope else KINDS.get(kind, kind)


def anchor(kind: str) -> str:
    """Where the runbook has its entry.

    >>> anchor("no_new_data")
    'alert-no-new-data'
    """
    return f"alert-{kind.replace('_', '-')}"


def crashed(flow: str, how: str) -> Problem:
    """A run that was killed and so cannot say so itself; `how` is that in a few words: `no sign of life for 95 s`.

    >>> crashed("pipeline", "no sign of life for 95 s").key
    'run_crashed:pipeline'
    """
    return Problem("run_crashed", "stop", f"A run of {flow} was killed: {how}. The next run carries it on.", flow)


def worst(problems: Iterable[Problem]) -> list[Problem]:
    """Those that stop first."""
    return sorted(problems, key=lambda problem: (problem.severity != "stop", list(KINDS).index(problem.kind)))

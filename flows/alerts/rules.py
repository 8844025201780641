"""Which problems the story of a run has: pure, nothing is read or written here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from flows.alerts.freshness import stale
from flows.alerts.numbers import unusual_numbers
from flows.alerts.problem import Problem, Seen, key_of
from flows.builds.results import FAILED
from flows.errors import BuildFailed, ContractBroken, LandingStopped, ShopflowError, TooManyRefused, WarehouseError
from flows.receipts import Node
from flows.story import Story, count_of

SHOWN = 5
LONGEST = 400  # characters of a sentence
_MAIL = re.compile(r"\S+@\S+")


def of_run(story: Story, flow: str, failure: Exception | None, now: datetime) -> Seen:
    """What is wrong by a run of `flow` that has ended, by `failure` if there is one; and what it has looked at.

    What a run did not come to is not over: one that failed while it landed says nothing of the contracts.
    """
    problems = problems_of(story, flow, failure)
    looked = {key_of("run_failed", flow), key_of("run_crashed", flow)}
    if story.batch and story.collected is None:
        looked.add("file_unusable")  # a run on an inbox says nothing of bad files that an earlier one has found there
    if story.validated:
        looked.add("refused_share")
    if story.checks:
        looked |= {"contract_stop", "contract_warn"}
    if story.built:
        looked |= {"build_failed", "test_warned"}
    elif story.is_up_to_date and failure is None:
        looked.add("build_failed")  # nothing waits to be built, so nothing fails in it
    if story.day:
        problems += unusual_numbers(story.day)
        looked |= {key_of("unusual_number", number.name) for number in story.day.numbers}
    if story.newest:
        problems += stale(story.newest, story.settings, now)
        looked.add("no_new_data")
    return Seen(tuple(problems), frozenset(looked))


def problems_of(story: Story, flow: str, failure: Exception | None) -> list[Problem]:
    """What is wrong by what the run itself has seen."""
    return [*_of_rows(story), *_of_end(story, flow, failure)]


def _of_rows(story: Story) -> Iterator[Problem]:
    if files := story.refused_files:
        named = _listed([f"{file.path.rpartition('/')[2]} {file.reason}" for file in files])
        told = f"{count_of(len(files), 'file')} could not be used: {named}"
        yield Problem("file_unusable", "warn", _plain(told), state=" ".join(sorted(file.path for file in files)))
    if weak := [
        f"{check.table}: {check.name}" for check in story.checks if not check.is_passed and check.level == "warn"
    ]:
        told = f"{count_of(len(weak), 'check')} marked warn did not pass: {_listed(weak)}"
        yield Problem("contract_warn", "warn", _plain(told), state="; ".join(sorted(weak)))
    if warned := [node.name for node in story.nodes if node.status == "warn"]:
        told = f"{count_of(len(warned), 'dbt test')} warned: {_listed(warned)}"
        yield Problem("test_warned", "warn", _plain(told), state=" ".join(sorted(warned)))


def _of_end(story: Story, flow: str, failure: Exception | None) -> Iterator[Problem]:
    match failure:
        case None:
            return
        case ContractBroken():
            broken = [check for check in story.checks if not check.is_passed and check.level == "stop"]
            checks = "; ".join(sorted(f"{check.table}: {check.name}" for check in broken))
            yield Problem("contract_stop", "stop", _plain(str(failure)), state=checks)
        case LandingStopped() if failure.errors:
            yield from _of_batches([problem for each in failure.errors for problem in _of_end(story, flow, each)])
        case TooManyRefused():
            yield Problem("refused_share", "stop", _plain(str(failure)))
        case BuildFailed():
            bad = [node for node in story.nodes if node.status in FAILED]
            named = [f"{node.kind} {node.name}{_rows(node)}" for node in bad]
            told = (
                f"dbt: failed: {_listed(named)}" if bad else "dbt could not build; its own words are in the run's log"
            )
            names = " ".join(sorted(node.name for node in bad))
            yield Problem("build_failed", "stop", _plain(told), state=names)
        case _:
            told = _words_of(failure)
            yield Problem("run_failed", "stop", f"The flow {flow} failed: {told}", flow, re.sub(r"\d+", "#", told))


def _of_batches(problems: list[Problem]) -> Iterator[Problem]:
    """One problem of each kind, whose state tells of no batch: what is wrong stays the same when their ids change."""
    for key in dict.fromkeys(problem.key for problem in problems):
        alike = [problem for problem in problems if problem.key == key]
        more = f"{count_of(len(alike), 'batch', 'batches')} stopped, the first: " if len(alike) > 1 else ""
        states = sorted({problem.state for problem in alike})
        yield replace(alike[0], sentence=_plain(f"{more}{alike[0].sentence}"), state="; ".join(states))


def _rows(node: Node) -> str:
    return f" ({count_of(node.failures, 'failing row')})" if node.failures else ""


def _words_of(failure: Exception) -> str:
    """Our own sentences; never those of an engine or a library, which may show a value of somebody's row."""
    if isinstance(failure, WarehouseError):
        return "the warehouse refused or was not reached; what it said is in the run's log"
    if isinstance(failure, ShopflowError):
        return _plain(str(failure))
    return f"{type(failure).__name__}, which nobody foresaw; the run's log has it"


def _listed(names: list[str]) -> str:
    more = len(names) - SHOWN
    return "; ".join(names[:SHOWN]) + (f"; and {more} more" if more > 0 else "")


def _plain(told: str) -> str:
    """One line of bounded length, without what looks like the address of a person."""
    line = _MAIL.sub("…", " ".join(told.split()))
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"

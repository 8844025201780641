"""Where the runbook says what to do about a problem: for messages, and for what a run leaves in Prefect's UI."""

from __future__ import annotations

from collections.abc import Iterator

from flows.alerts.problem import KINDS, anchor
from flows.alerts.rules import problems_of
from flows.literal import for_markdown
from flows.receipts import Check
from flows.settings import Settings
from flows.story import Story

DEGRADED = "a-run-is-degraded"


def address(anchor: str, settings: Settings) -> str:
    """The address of an entry.

    >>> address("alert-run-failed", Settings(runbook_url="https://wiki.example.org/runbook"))
    'https://wiki.example.org/runbook#alert-run-failed'
    """
    return f"{settings.runbook_url}#{anchor}"


def of_story(story: Story) -> Iterator[str]:
    """As Markdown, a link for each kind of problem that a run has; none for one in order."""
    kinds = dict.fromkeys(problem.kind for problem in problems_of(story, "", story.error))
    for kind in kinds:
        yield _link(KINDS[kind], anchor(kind), story.settings)
    if story.warnings() and not kinds:
        yield _link("a run is degraded", DEGRADED, story.settings)


def of_check(check: Check, settings: Settings) -> str:
    """As Markdown, the link for a check that did not pass; "" for one that did."""
    if check.is_passed:
        return ""
    kind = "contract_stop" if check.level == "stop" else "contract_warn"
    return _link(KINDS[kind], anchor(kind), settings)


def _link(title: str, anchor: str, settings: Settings) -> str:
    """Where the runbook is a file of the project, its path: Prefect's UI would look for it on its own server."""
    found = address(anchor, settings)
    return f"[{title}](<{found}>)" if "://" in found else f"{title}: {for_markdown(found)}"

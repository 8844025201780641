"""The text of a message: plain, so that a chat, a mail and a telephone show it alike."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.alerts.news import News
from flows.alerts.problem import Problem, Run, anchor, titled
from flows.alerts.runbook import address
from flows.settings import Settings

_MARKUP = str.maketrans("<>[]|`@", "‹›()¦'＠")  # Slack's and Markdown's


def subject(news: News, settings: Settings) -> str:
    """How bad it is, where, and what.

    >>> subject(News((), (), ("contract_warn",), 0, {}), Settings())
    '[OK] shopflow on duckdb: all is well again'
    """
    problems = (*news.fresh, *news.reminded)
    if not problems:
        told = "all is well again" if not news.standing else f"over: {', '.join(map(titled, news.over))}"
        return f"[OK] shopflow on {settings.target}: {told}"
    how_bad = "STOP" if any(problem.severity == "stop" for problem in problems) else "WARN"
    titles = dict.fromkeys(titled(problem.key) for problem in problems)
    return f"[{how_bad}] shopflow on {settings.target}: {', '.join(titles)}"


def body(news: News, run: Run | None, settings: Settings) -> str:
    """What happened, what to do, what readers see, and where to look."""
    return "\n".join(_lines(news, run, settings))


def _lines(news: News, run: Run | None, settings: Settings) -> Iterator[str]:
    for problem in news.fresh:
        yield from _told(problem, "", settings)
    for problem in news.reminded:
        yield from _told(problem, "still so after a day: ", settings)
    for key in news.over:
        yield f"over: {titled(key)}"
    if news.standing:
        yield f"told before, and not over: {news.standing}"
    if run is not None:
        yield ""
        if run.readers and any(problem.severity == "stop" for problem in (*news.fresh, *news.reminded)):
            yield run.readers
        yield f"Run: {harmless(run.name)}"
        if run.url:
            yield run.url


def _told(problem: Problem, before: str, settings: Settings) -> Iterator[str]:
    yield f"{problem.severity}: {before}{harmless(problem.sentence)}"
    yield f"What to do: {address(anchor(problem.kind), settings)}"


def harmless(told: str) -> str:
    """The same for a reader, and nothing that a chat takes for markup, a call to everybody or a link.

    Names of files and columns come from outside.

    >>> harmless("<!channel> <https://evil.example|Open> has a column `@here`")
    "‹!channel› ‹hxxps://evil.example¦Open› has a column '＠here'"
    """
    return re.sub(r"(?i)\bhttp(?=s?://)", "hxxp", told.translate(_MARKUP))

"""How a run looks on the command line, where the output is no terminal."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from rich.console import Console

from flows.console import ConsoleProgress
from flows.errors import TooManyRefused
from flows.kpis import Category, Kpis
from flows.ledger import receipt_of
from flows.receipts import Batch, Node, SourceFile
from flows.settings import Settings
from flows.story import Story

NOON = datetime(2025, 11, 1, 12, tzinfo=UTC)
BATCH = Batch("b1", NOON, (SourceFile("/in/a.csv", "a.csv", "0" * 64, 10, "shopflow", "events"),))


@pytest.fixture(autouse=True)
def _a_clock_that_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.console.time.monotonic", lambda: 7.0)


def shown(settings: Settings, error: Exception | None = None) -> list[str]:
    """The lines of a run that landed, failed to validate if there is an `error`, and ended."""
    out = io.StringIO()
    story = Story("run-1", settings)
    with ConsoleProgress(Console(file=out, highlight=False, soft_wrap=True)) as progress:
        progress.say("starting the Prefect server")
        progress.began(story)
        for step, told, failure in (("land", BATCH, None), ("validate", None, error), ("run", None, error)):
            progress.step_began(step)
            receipt = receipt_of(story, step, NOON, 1.25, told, failure)
            if step != "validate" or error:
                story.receipts.append(receipt)
                progress.step_ended(receipt)
        progress.node_ended(Node("fct_orders", "model", "success", 0.1))
    progress.close("http://127.0.0.1:4200")
    return out.getvalue().splitlines()


def test_each_step_is_a_line_as_it_ends_and_the_findings_follow(settings: Settings) -> None:
    assert shown(settings) == [
        "✓ land        1.25 s  1 file, 10 bytes",
        "",
        "Seconds        1.2: start 0.0, land 1.2",
        "Look next      this run: http://127.0.0.1:4200/runs/flow-run/run-1",
    ]


def test_a_failed_step_shows_its_error_with_brackets_and_all(settings: Settings) -> None:
    error = TooManyRefused("12 % of the rows [bold]were[/bold] refused")
    assert shown(settings, error)[1] == "✗ validate    1.25 s  12 % of the rows [bold]were[/bold] refused"


def test_what_comes_from_data_does_nothing_to_the_terminal(settings: Settings) -> None:
    """Regression: the escape sequences of a category's name or of a failed row went to the terminal."""
    out = io.StringIO()
    story = Story("run-1", settings)
    story.kpis = Kpis(None, None, 0, 0, 0, 0, (), (Category("\x1b]0;owned\x07home", "EUR", Decimal(1)),), {})
    story.nodes = [Node("m", "model", "error", 0.1, message="Could not convert '\x1b[2J'")]
    with ConsoleProgress(Console(file=out, highlight=False, soft_wrap=True)) as progress:
        progress.began(story)
        progress.step_ended(receipt_of(story, "transform", NOON, 1.25, None, RuntimeError("no \x1b[2J")))
    progress.close("http://127.0.0.1:4200")
    assert "\x1b" not in out.getvalue()
    assert r"Top categories 1.00 EUR  \x1b]0;owned\x07home" in out.getvalue()
    assert r"dbt            error: m Could not convert '\x1b[2J'" in out.getvalue()
    assert r"✗ transform   1.25 s  no \x1b[2J" in out.getvalue()

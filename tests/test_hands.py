"""Batches at work at once: whoever does not end is not waited for."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

from flows.attempt import About, Attempt
from flows.batches import VALIDATE
from flows.errors import StepTooLong
from flows.hands import Hands
from flows.settings import load_settings
from flows.story import Story


class Elsewhere:
    """A runner of tasks that never end, until the test is over."""

    def __init__(self) -> None:
        self.futures: list[Future[None]] = []

    def submit(self, *_: Any) -> Any:
        self.futures.append(future := Future())
        return SimpleNamespace(wrapped_future=future, wait=lambda: None, state=SimpleNamespace(data=None), result=str)


def test_what_takes_longer_than_a_step_may_is_given_up_and_the_others_go_on() -> None:
    """The accident: the limit held for what the run did itself, and a batch in a worker was waited for without end."""
    settings = load_settings(home="/nowhere", step_timeout_minutes=0.001, step_retries=0)
    story, runner = Story("r1", settings), Elsewhere()
    attempts = [Attempt("validate", About("r1", f"b{number}"), lambda: None, settings) for number in range(3)]
    end = threading.Timer(15, lambda: [future.set_result(None) for future in runner.futures])
    end.daemon = True
    end.start()
    outcomes = Hands(story, settings, runner, at_once=2).make(VALIDATE, attempts)  # type: ignore[arg-type]
    end.cancel()
    assert [type(outcome.error) for outcome in outcomes] == [StepTooLong] * 3
    assert sorted((receipt.batch_id, receipt.verdict) for receipt in story.receipts) == [
        (f"b{number}", "failed") for number in range(3)
    ]
    assert len(runner.futures) == 3

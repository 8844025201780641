"""A step is tried again after trouble that may pass, and after no other."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from flows import errors, steps
from flows.errors import ShopflowError, WarehouseError, transient
from flows.receipts import Receipt
from flows.settings import Settings, load_settings
from flows.steps import step
from flows.story import Story
from flows.telling import ending, telling
from flows.warehouse import open_warehouse
from flows.warehouse.duck_errors import in_our_words
from tests.ran import Ran

Work = Callable[[Story, int], None]
Run = Callable[[Work], Ran]


def trouble(story: Story, attempt: int) -> None:
    raise transient(WarehouseError(f"no answer to attempt {attempt}"))


@pytest.fixture
def run(run_flow: Callable[..., Ran], settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a flow of one step, whose work is told the number of the attempt."""
    from prefect import State, flow

    monkeypatch.setattr(steps, "BACK_OFF_SECONDS", 0.001)

    def made(work: Work) -> Ran:
        attempts = []

        @step("try")
        def trying(story: Story) -> None:
            attempts.append(1)
            work(story, len(attempts))

        @flow(name="one step", persist_result=False)
        def one_step() -> State:
            with telling(load_settings()) as story:
                trying(story)
            return ending(story)

        return run_flow(one_step, settings)

    return made


pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]


def receipt_of_it(ran: Ran) -> Receipt:
    (found,) = [receipt for receipt in ran.story.receipts if receipt.step == "try"]
    return found


def test_trouble_that_passes_leaves_one_receipt_that_tells_the_attempt(run: Run) -> None:
    def work(story: Story, attempt: int) -> None:
        if attempt < 3:
            trouble(story, attempt)

    ran = run(work)
    assert ran.state.is_completed()
    receipt = receipt_of_it(ran)
    assert receipt.verdict == "ok"
    assert receipt.detail == {"attempt": 3, "refusals": ["no answer to attempt 1", "no answer to attempt 2"]}


@pytest.mark.parametrize(("retries", "attempts"), [("0", 1), ("1", 2), ("2", 3)])
def test_trouble_that_stays_fails_the_run_with_its_last_words(
    run: Run, monkeypatch: pytest.MonkeyPatch, retries: str, attempts: int
) -> None:
    monkeypatch.setenv("SHOPFLOW_STEP_RETRIES", retries)
    ran = run(trouble)
    assert ran.state.is_failed()
    assert ran.state.message == f"no answer to attempt {attempts}"
    receipt = receipt_of_it(ran)
    assert (receipt.verdict, receipt.detail.get("attempt", 1)) == ("failed", attempts)


@pytest.mark.parametrize("error", [kind for kind in ShopflowError.__subclasses__() if kind is not errors.Interrupted])
def test_no_other_error_is_tried_again(run: Run, error: type[Exception]) -> None:
    attempts = []

    def work(story: Story, attempt: int) -> None:
        attempts.append(attempt)
        raise error("once is enough")

    assert run(work).state.message == "once is enough"
    assert attempts == [1]


def test_a_warehouse_that_another_process_holds_for_a_moment(run: Run, settings: Settings) -> None:
    settings.home.mkdir()
    script = f"import duckdb; c = duckdb.connect({str(settings.warehouse_path)!r}); print('held', flush=True); input()"
    shell = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert shell.stdout
    assert shell.stdout.readline() == "held\n"

    def work(story: Story, attempt: int) -> None:
        try:
            with open_warehouse(story.settings):
                pass
        finally:
            if shell.poll() is None:
                shell.communicate("\n")

    ran = run(work)
    assert ran.state.is_completed()
    assert receipt_of_it(ran).detail["refusals"][0].startswith("another run holds the warehouse")


def test_what_duckdb_says_of_a_damaged_file_is_not_trouble_that_passes() -> None:
    damaged = duckdb.IOException("IO Error: The file is not a valid DuckDB database file")
    assert not in_our_words(Path("x"), damaged).is_transient


def test_google_may_answer_later_or_has_said_no(settings: Settings) -> None:
    from google.api_core import exceptions
    from google.auth.exceptions import RefreshError, TransportError

    from flows.gcp import translated

    def told(refused: Exception) -> ShopflowError:
        with pytest.raises(ShopflowError) as raised, translated(settings, "a question"):
            raise refused
        return raised.value

    for kind in (exceptions.ServiceUnavailable, exceptions.BadGateway, exceptions.TooManyRequests, TransportError):
        assert told(kind("away")).is_transient, kind
    for kind in (exceptions.Forbidden, exceptions.BadRequest, exceptions.NotFound, RefreshError):
        assert not told(kind("no")).is_transient, kind


@pytest.mark.parametrize(
    ("reason", "said", "is_transient"),
    [
        ("accessDenied", r"Access Denied\. Grant the missing right", False),
        ("quotaExceeded", r"a quota of the project is used up, so it was not run: Access Denied\. Wait until", False),
        ("rateLimitExceeded", r"did not answer, also not when asked again: Access Denied", True),
        ("billingNotEnabled", r"a question: Access Denied$", False),
    ],
)
def test_a_quota_that_is_used_up_is_no_missing_right(
    settings: Settings, reason: str, said: str, is_transient: bool
) -> None:
    from google.api_core.exceptions import Forbidden

    from flows.gcp import translated

    refused = Forbidden("Access Denied", errors=[{"reason": reason, "message": "Access Denied"}])
    with pytest.raises(WarehouseError, match=said) as raised, translated(settings, "a question"):
        raise refused
    assert raised.value.is_transient is is_transient

"""What jobs cost is added up once for each step and once for the run, whichever thread they ended in."""

from __future__ import annotations

import sys
import threading
from contextvars import copy_context
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from flows.bills import charge, counted, dollars
from flows.ledger import receipt_of
from flows.receipts import Billed, Receipt
from flows.settings import Settings
from flows.story import Story
from flows.summary import billed_lines, closing, line_of

NOON = datetime(2025, 11, 1, 12, tzinfo=UTC)
costs = st.lists(st.builds(Billed, st.just(1), st.integers(0, 2**50), st.integers(0, 10**9)))


@given(before=costs, steps=st.lists(costs), between=costs)
def test_a_run_has_the_jobs_of_its_steps_and_those_between_and_no_others(
    before: list[Billed], steps: list[list[Billed]], between: list[Billed]
) -> None:
    for cost in before:
        charge(cost)
    with counted() as run:
        for step in steps:
            with counted() as bill:
                for cost in step:
                    charge(cost)
            assert bill.billed == sum(step, Billed())
        for cost in between:
            charge(cost)
    for cost in before:
        charge(cost)
    assert run.billed == sum((cost for step in [*steps, between] for cost in step), Billed())


def test_threads_that_run_in_a_copy_of_the_context_lose_nothing() -> None:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # threads take turns within an addition
    with counted() as bill:
        here = copy_context()

        def work() -> None:
            for _ in range(2000):
                here.copy().run(charge, Billed(1, 10, 1))

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    sys.setswitchinterval(before)
    assert bill.billed == Billed(8000, 80_000, 8000)


def test_a_receipt_tells_what_its_step_cost_also_where_it_failed(settings: Settings) -> None:
    story = Story("r", settings)
    failed = receipt_of(story, "load", NOON, 1, None, ValueError("no"), Billed(2, 20_971_520, 90))
    assert failed.detail["billed"] == {"jobs": 2, "bytes": 20_971_520, "slot_ms": 90}
    assert "billed" not in receipt_of(story, "load", NOON, 1, None).detail


def test_the_end_of_a_run_tells_bytes_and_dollars_on_bigquery_and_nothing_on_duckdb(settings: Settings) -> None:
    billed = {"jobs": 31, "bytes": 2**40, "slot_ms": 12_340}
    step = Receipt("r", None, "generate", NOON, 1, "ok", detail={"source": ["demo"], "billed": {**billed, "jobs": 1}})
    run = Receipt("r", None, "run", NOON, 1, "ok", detail={"billed": billed})
    assert line_of(step) == "demo, 1099.5 GB billed"
    told = dict(closing(Story("r", settings, receipts=[step, run]), 0, ""))
    assert told["Billed"] == "1099.5 GB by 31 jobs, 6.25 dollars; 12.3 seconds of slots"
    plain = Receipt("r", None, "run", NOON, 1, "ok")
    assert "Billed" not in dict(closing(Story("r", settings, receipts=[plain]), 0, ""))
    assert list(billed_lines([plain], settings)) == []


def test_a_price_is_of_tebibytes(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, bigquery_dollars_per_tebibyte=5)
    assert dollars(2**40, settings) == "5.00 dollars"
    assert dollars(2**31, settings) == "less than a cent"
    assert dollars(2**40, Settings(home=tmp_path, bigquery_dollars_per_tebibyte=0)) == "nothing"

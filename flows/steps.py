"""How a step of the pipeline runs: as a Prefect task that leaves a receipt, whatever becomes of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import copy_context
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from prefect import State, Task, task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger
from prefect.tasks import exponential_backoff

from flows.attempt import About, Attempt, Outcome, batch_of, log
from flows.bills import charge
from flows.receipts import Node, Receipt
from flows.settings import Settings
from flows.story import Story, listeners
from flows.summary import line_of_node

P = ParamSpec("P")
R = TypeVar("R")
Step = Task[[Attempt[Any]], State[Any]]

BACK_OFF_SECONDS = 5.0  # before the first new attempt, doubled for each further one
JITTER = 0.5  # of that, so that many runs that met the same trouble do not come back at the same moment


def step(name: str) -> Callable[[Callable[Concatenate[Story, P], R]], Callable[Concatenate[Story, P], R]]:
    """Make a function a step: a Prefect task of that name, with the function's docstring as its description.

    What the function returns is remembered in the story, and its receipt is kept, also where it fails. Our own errors
    are raised and are the failed task's message, without a traceback; any other error goes through Prefect with one.

    A step is tried again, later and later, after an error that is transient (`ShopflowError.is_transient`), and after
    no other one. It ends when its time is over, or with a signal.
    """

    def decorate(work: Callable[Concatenate[Story, P], R]) -> Callable[Concatenate[Story, P], R]:
        carried = step_of(name, work.__doc__)

        @wraps(work)
        def run(story: Story, *args: P.args, **kwargs: P.kwargs) -> R:
            batch_id = next(filter(None, map(batch_of, args)), story.batch_id)
            attempt = Attempt(
                name, About(story.run_id, batch_id), partial(work, story, *args, **kwargs), story.settings
            )
            return made(story, carried, attempt).result()

        return cast(Callable[Concatenate[Story, P], R], run)

    return decorate


def step_of(name: str, description: str | None) -> Step:
    """The Prefect task that makes the attempts at a step."""
    made = task(
        name=name,
        description=description,
        task_run_name="{attempt.label}",
        cache_policy=NO_CACHE,
        persist_result=False,
    )(_carry)
    return cast(Step, made)


def _carry(attempt: Attempt[Any]) -> State[Any]:
    return attempt.make()


def tried_again(carried: Step, settings: Settings) -> Step:
    """The task, made again where the settings allow it and the outcome's error is transient."""
    return carried.with_options(
        retries=settings.step_retries,
        retry_delay_seconds=exponential_backoff(BACK_OFF_SECONDS),
        retry_jitter_factor=JITTER,
        retry_condition_fn=_may_pass,
    )


def _may_pass(carried: object, run: object, state: State[Any]) -> bool:
    outcome = state.data
    return isinstance(outcome, Outcome) and outcome.error is not None and outcome.error.is_transient


def made(story: Story, carried: Step, attempt: Attempt[R]) -> Outcome[R]:
    """Make an attempt here and now. Raises only what is no ShopflowError."""
    began(attempt.name)
    try:
        tried_again(carried, story.settings)(attempt)
    finally:
        if attempt.outcome:
            ended(story, attempt.outcome)
    assert attempt.outcome is not None
    return attempt.outcome


def began(name: str) -> None:
    """Tell the listeners of a step that begins."""
    for listener in listeners():
        listener.step_began(name)


def ended(story: Story, outcome: Outcome[Any]) -> None:
    """Remember what came of a step, and tell the listeners; its log has it already."""
    for told in (outcome.told, outcome.error):
        if told is not None:
            story.take(told)
    _remember(story, outcome.receipt)


def keep(story: Story, receipt: Receipt) -> None:
    """Remember a receipt and show it; `store_receipts` writes it to the warehouse."""
    log(receipt)
    _remember(story, receipt)


def _remember(story: Story, receipt: Receipt) -> None:
    story.receipts.append(receipt)
    for listener in listeners():
        listener.step_ended(receipt)


def store_receipts(story: Story) -> None:
    """Write the receipts that are not in the warehouse yet. Failing to do so is a warning, never a failed run."""
    from flows.warehouse import open_warehouse

    fresh = story.receipts[story.receipts_stored :]
    try:
        with open_warehouse(story.settings) as warehouse:
            warehouse.record(fresh)
        story.receipts_stored += len(fresh)
    except Exception as error:
        steps = ", ".join(receipt.step for receipt in fresh)
        get_run_logger().warning("the receipts of %s were not stored in the warehouse: %s", steps, error)


def teller(story: Story) -> Callable[[Node], None]:
    """What to call with each dbt node as it ends: the log (models and failures), progress, story and bill get it."""
    logger, here = get_run_logger(), copy_context()  # dbt's threads know neither the run nor where its log goes

    def tell(node: Node) -> None:
        story.nodes.append(node)
        here.copy().run(charge, node.billed)
        has_failed = node.status not in ("success", "pass", "skipped")
        if node.kind == "model" or has_failed:
            level = logging.WARNING if has_failed else logging.INFO
            here.copy().run(logger.log, level, "%s", line_of_node(node))
        for listener in listeners():
            listener.node_ended(node)

    return tell

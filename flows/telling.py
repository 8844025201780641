"""How a run is told: its turn in the home, its story from begin to end, and its final state."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from prefect import State
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from flows import artifacts
from flows.alerts.watching import alerting
from flows.bills import counted
from flows.errors import ShopflowError
from flows.ledger import receipt_of
from flows.leftovers import sweep
from flows.lock import locked
from flows.pinned import require_pinned
from flows.settings import Settings, load_settings
from flows.steps import keep, store_receipts
from flows.story import Story, listeners
from flows.summary import rows_of


def run_named(about: Callable[[dict[str, Any]], str]) -> Callable[[], str]:
    """What a flow's runs are called in the UI: the target, when one began, and what `about` says of its parameters."""

    def name() -> str:
        told = about(flow_run.parameters)
        return f"{load_settings().target} {datetime.now(UTC):%Y-%m-%d %H:%M} {told}"[:120]

    return name


@contextmanager
def telling(settings: Settings) -> Iterator[Story]:
    """One run's story, from begin to end: its last receipt and its artifacts are written whatever happens.

    An error of ours ends the block and is kept in the story: `ending` makes the failed state of it.
    """
    story = Story(run_id=str(flow_run.id), settings=settings)
    for listener in listeners():
        listener.began(story)
    started_at, clock = datetime.now(UTC), time.monotonic()
    failure: BaseException | None = None
    with alerting(story), story.turn, counted() as bill:
        try:
            yield story
        except ShopflowError as error:
            failure = story.error = error
        except BaseException as error:
            failure = error
            raise
        finally:
            seconds = time.monotonic() - clock
            keep(story, receipt_of(story, "run", started_at, seconds, story, failure, bill.billed))
            if story.has_turn:
                store_receipts(story)
            artifacts.write(story)


def take_turn(story: Story) -> None:
    """Hold the home until the story ends, once no other process does; the log and the listeners hear of the wait.

    What killed runs have left half-made is removed. Raises HomeHeld where another process holds the home for too long,
    StorageError where it cannot be written: then nothing of it is touched, and no receipt is stored. Raises
    SettingsError or WarehouseError where the settings are not those that the warehouse was begun with, or not usable.
    """

    def tell(why: str) -> None:
        get_run_logger().info("%s", why)
        for listener in listeners():
            listener.waits(why)

    story.turn.enter_context(locked(story.settings, on_wait=tell))
    story.has_turn = True
    sweep(story.settings)
    require_pinned(story.settings)


def ending(story: Story) -> State[Any]:
    """The flow run's final state: Failed with the error's sentence, Degraded with the warnings, or Completed."""
    if story.error is not None:
        return Failed(message=str(story.error), data=story.error)
    if warnings := story.warnings():
        return Completed(name="Degraded", message="; ".join(warnings))
    if story.is_up_to_date:
        return Completed(message="nothing new: all was loaded, built and published before")
    return Completed(message=rows_of(story.validated) if story.validated else None)

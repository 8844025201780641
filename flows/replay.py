"""Replay: refused rows go through the checks again, after the rules were mended, or the rows."""

from __future__ import annotations

from pathlib import Path

from prefect import State, flow

from flows import warm
from flows.pipeline import update_marts
from flows.receipts import Replayed
from flows.settings import load_settings
from flows.steps import step
from flows.story import Story
from flows.telling import ending, run_named, take_turn, telling


@flow(
    name="replay",
    flow_run_name=run_named(lambda given: f"replay {given.get('batch') or 'refused rows'}"),
    persist_result=False,
)
def replay(batch: str | None = None, reason: str | None = None, corrected: str | None = None) -> State:
    """Judge refused rows again, load those that pass, build what they change and publish.

    Rows that passed belong to a batch of their own, one for each batch that they were refused in. They are not held to
    the contracts: these judge batches as a whole, by volumes, shares and freshness, which say nothing of a few rows.
    Running it again changes nothing.

    Args:
        batch: Only rows that were refused in the batch of this id. Empty: of all loaded batches.
        reason: Only rows that were refused for this reason, such as `events.unit_price: negative`, or a part of that.
        corrected: A file that `shopflow quarantine export` wrote, in which `raw` was corrected: only the rows in it.
    """
    with telling(load_settings()) as story:
        take_turn(story)
        warm.begin(story.settings)
        replay_rows(story, batch, reason, corrected)
        update_marts(story)
    return ending(story)


@step("replay")
def replay_rows(story: Story, batch: str | None, reason: str | None, corrected: str | None) -> Replayed:
    """Put the rows through the checks again, and take what passes into the warehouse."""
    from flows.quarantine.again import pass_again
    from flows.quarantine.wanted import Wanted
    from flows.warehouse import open_warehouse

    with open_warehouse(story.settings) as warehouse:
        if batch:
            warehouse.require(batch)
    return pass_again(story.settings, Wanted(batch, reason=reason), Path(corrected) if corrected else None)

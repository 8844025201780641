"""Remove: a batch that was loaded is taken out again, as if it had never come."""

from __future__ import annotations

from datetime import UTC, datetime

from prefect import State, flow

from flows import warm
from flows.pipeline import update_marts
from flows.receipts import Removed
from flows.settings import load_settings
from flows.steps import step
from flows.story import Story
from flows.telling import ending, run_named, take_turn, telling


@flow(name="remove", flow_run_name=run_named(lambda given: f"remove {given['batch']}"), persist_result=False)
def remove(batch: str) -> State:
    """Take a batch out of the warehouse, build what its going changes, publish, and clear its files from the lake.

    Readers see the marts with the batch until they see the marts without it. The same files can be loaded again later.

    Args:
        batch: The id of the batch, as `shopflow status` shows it.
    """
    with telling(load_settings()) as story:
        take_turn(story)
        warm.begin(story.settings)
        remove_batch(story, batch)
        update_marts(story)
    return ending(story)


@step("remove")
def remove_batch(story: Story, batch: str) -> Removed:
    """Take the batch's rows out of `raw`, once."""
    from flows.warehouse import open_warehouse

    with open_warehouse(story.settings) as warehouse:
        return warehouse.remove(batch, datetime.now(UTC))

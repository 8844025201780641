"""Backfill: a range of dates is rebuilt from the lake, some days at a time."""

from __future__ import annotations

from datetime import UTC, date, datetime

from prefect import State, flow

from flows import warm
from flows.chunks import Backfill
from flows.dates import dates_of
from flows.pipeline import update_marts
from flows.settings import load_settings
from flows.steps import step
from flows.story import Story
from flows.telling import ending, run_named, take_turn, telling


@flow(
    name="backfill",
    flow_run_name=run_named(lambda given: f"backfill {given.get('first') or ''} to {given.get('last') or ''}"),
    persist_result=False,
)
def backfill(first: str | None = None, last: str | None = None, days_per_chunk: int | None = None) -> State:
    """Put what the lake holds for some dates in the place of what `raw` has, build them chunk by chunk, and publish.

    Readers see the marts from before until all of it is built. Where a run ends too early, the next one, of whatever
    flow, does the chunks that are left before it publishes anything.

    Args:
        first: The first date, such as `2025-11-01`. Empty: the first one with events, or an unfinished backfill's.
        last: The last date. Empty: the last one with events, or an unfinished backfill's.
        days_per_chunk: Days with events that are reloaded and built at a time. Empty: as many as hold 10 million.
    """
    with telling(load_settings()) as story:
        take_turn(story)
        dates = dates_of(first, last, story.settings)
        warm.begin(story.settings)
        plan_backfill(story, *dates, days_per_chunk)
        update_marts(story)
    return ending(story)


@step("plan")
def plan_backfill(story: Story, first: date | None, last: date | None, days_per_chunk: int | None) -> Backfill:
    """Divide the dates into chunks and enter them as pending, unless that was done and they are to be carried on."""
    from flows.erasure.explained import explained
    from flows.lake import Lake
    from flows.warehouse import open_warehouse

    with explained(story.settings), open_warehouse(story.settings) as warehouse:
        planned = warehouse.plan_backfill(Lake.of(story.settings), first, last, days_per_chunk)
        if not planned.is_begun:
            warehouse.begin_backfill(planned, datetime.now(UTC))
    return planned

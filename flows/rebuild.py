"""Rebuild: what an unfinished backfill has left to do, before anything is published. A part of every flow's ending."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from flows.chunks import Chunk, Reloaded
from flows.receipts import Built, Changes
from flows.steps import step, teller
from flows.story import Story


def reload_chunks(story: Story) -> None:
    """Bring all that is left of a backfill into `raw`: only then is anything built, for windows reach over chunks."""
    for chunk in story.changes.chunks:
        if not chunk.is_reloaded:
            reload_chunk(story, chunk)


def build_in_chunks(story: Story) -> None:
    """Build chunk by chunk, then what waits beside the backfill, and test all of it: days not built yet would fail."""
    for chunk in story.changes.chunks:
        if not chunk.is_built:
            build_chunk(story, chunk)
    if story.changes.batches:
        build_batches(story)
    test_models(story)


@step("reload")
def reload_chunk(story: Story, chunk: Chunk) -> Reloaded:
    """Put what the lake holds for the chunk's days in the place of what `raw` has, in one transaction."""
    from flows.erasure.explained import explained
    from flows.lake import Lake
    from flows.warehouse import open_warehouse

    with explained(story.settings), open_warehouse(story.settings) as warehouse:
        return warehouse.reload(chunk, Lake.of(story.settings), datetime.now(UTC))


@step("transform")
def build_chunk(story: Story, chunk: Chunk) -> Built:
    """Build what the chunk's days can change, and remember that."""
    from flows.transform import transform
    from flows.warehouse import open_warehouse

    changes = Changes(touched_dates=chunk.event_dates, backfilled_dates=chunk.event_dates)
    built = transform(story.settings, changes, "run", on_node=teller(story))
    with open_warehouse(story.settings) as warehouse:
        warehouse.mark_transformed(chunk, datetime.now(UTC))
    return replace(built, about=str(chunk))


@step("transform")
def build_batches(story: Story) -> Built:
    """Build what the batches that wait beside the backfill can change."""
    from flows.transform import transform

    return transform(story.settings, story.changes, "run", on_node=teller(story))


@step("test")
def test_models(story: Story) -> Built:
    """Test all rows that were built."""
    from flows.transform import transform

    days = tuple(day for chunk in story.changes.chunks for day in chunk.event_dates)
    touched = tuple(sorted({*story.changes.touched_dates, *days}))
    changes = replace(story.changes, touched_dates=touched, backfilled_dates=days)
    return transform(story.settings, changes, "test", on_node=teller(story))

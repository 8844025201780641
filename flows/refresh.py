"""Refresh: all models are built anew from what was loaded, and published. No file is read."""

from __future__ import annotations

from prefect import State, flow

from flows import warm
from flows.pipeline import update_marts
from flows.settings import load_settings
from flows.telling import ending, run_named, take_turn, telling


@flow(name="refresh", flow_run_name=run_named(lambda _: "build everything"), persist_result=False)
def refresh() -> State:
    """Build and publish every model from all that was loaded, as after a change of the models.

    Readers see the marts from before until all of it is built. A run that was cut off is finished by the next one.
    """
    with telling(load_settings()) as story:
        take_turn(story)
        warm.begin(story.settings)
        update_marts(story, full_refresh=True)
    return ending(story)

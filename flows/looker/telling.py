"""The step that tells Looker of new marts: whatever becomes of it, the marts are published and the run goes on."""

from __future__ import annotations

from flows.errors import Interrupted
from flows.receipts import Refreshed
from flows.steps import step
from flows.story import Story


def tell_looker(story: Story) -> None:
    """Tell Looker, again where it may just not have answered; a failure is remembered, and the run is degraded."""
    try:
        refresh_looker(story)
    except Interrupted:
        raise
    except Exception as error:  # a defect, too: the readers' marts are there, and a run that failed would deny it
        story.looker_trouble = str(error) or type(error).__name__


@step("looker")
def refresh_looker(story: Story) -> Refreshed:
    """Have Looker read the marts anew, run the scheduled plan, and say what of its content is broken."""
    from flows.looker.refresh import refresh

    return refresh(story.settings)

"""What a test sees of a flow run that it made in its own process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flows.story import Listener, Story


@dataclass(frozen=True)
class Ran:
    """One run: its final state, and its story as far as it went."""

    state: Any
    story: Story

    @property
    def steps(self) -> list[str]:
        return [receipt.step for receipt in self.story.receipts]


class Ear(Listener):
    """Hears the story of a run."""

    def began(self, story: Story) -> None:
        self.story = story

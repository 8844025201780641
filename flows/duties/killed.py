"""Runs of the command line whose process was killed: shown as crashed before the next run comes."""

from __future__ import annotations

from collections.abc import Iterator

from flows.left_behind import mark_killed, notes
from flows.settings import Settings


def killed(settings: Settings) -> Iterator[str]:
    """Mark the runs as crashed that dead processes of this home have left; one line for each.

    A run notes itself in a file that its process keeps locked: what lives, or waits for its turn, is left alone.
    """
    for note in notes(settings.prefect_home):
        if run_id := mark_killed(note):
            yield f"flow run {run_id} has crashed: its process was killed"

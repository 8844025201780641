"""Runs that were killed: Prefect would show them as running for ever, so the next run marks them as crashed."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO
from uuid import UUID

from flows.lock import opened
from flows.story import Listener, Story, listening


@contextlib.contextmanager
def noted(folder: Path) -> Iterator[None]:
    """Note the run of this block in `folder/running` while it goes on, and mark the one that is left there as crashed.

    The lock on the file says whether its writer lives, so a run that still goes on is left alone. Raises StorageError
    where the folder cannot be written.
    """
    with opened(folder / "running") as note:
        try:
            fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield
            return
        note.seek(0)
        if left := note.read().strip():
            with contextlib.suppress(Exception):  # no more than a label in the UI: never in the way of a run
                _mark_crashed(UUID(left))
        note.truncate(0)
        try:
            with listening(_Note(note)):
                yield
        finally:
            note.truncate(0)


class _Note(Listener):
    def __init__(self, file: TextIO) -> None:
        self._file = file

    def began(self, story: Story) -> None:
        self._file.write(story.run_id)
        self._file.flush()


def _mark_crashed(run_id: UUID) -> None:
    from prefect.client.orchestration import get_client
    from prefect.states import Crashed

    with get_client(sync_client=True) as client:
        state = client.read_flow_run(run_id).state
        if state is not None and not state.is_final():
            client.set_flow_run_state(
                run_id, Crashed(message="its process was killed; the next run noticed"), force=True
            )

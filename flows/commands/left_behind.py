"""Runs that were killed: Prefect would show them as running for ever, so the next run marks them as crashed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO
from uuid import UUID

from flows.lock import opened
from flows.story import Listener, Story, listening


@contextlib.contextmanager
def noted(folder: Path) -> Iterator[None]:
    """Note the run of this block in `folder` while it goes on, and mark those that are left there as crashed.

    The lock on a note says whether its writer lives, so runs that still go on, or wait for their turn, are left alone.
    Raises StorageError where the folder cannot be written.
    """
    for left in folder.glob("running*"):
        with contextlib.suppress(Exception):  # no more than a label in the UI: never in the way of a run
            _look_at(left)
    path = folder / f"running-{os.getpid()}-{time.time_ns()}"  # containers on one home give the same process ids
    with opened(path) as note:
        fcntl.flock(note, fcntl.LOCK_EX)
        try:
            with listening(_Note(note)):
                yield
        finally:
            path.unlink(missing_ok=True)


class _Note(Listener):
    def __init__(self, file: TextIO) -> None:
        self._file = file

    def began(self, story: Story) -> None:
        self._file.write(story.run_id)
        self._file.flush()


def _look_at(left: Path) -> None:
    with left.open("r") as note:
        fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            if run_id := note.read().strip():
                _mark_crashed(UUID(run_id))
        finally:
            left.unlink(missing_ok=True)


def _mark_crashed(run_id: UUID) -> None:
    from prefect.client.orchestration import get_client
    from prefect.states import Crashed

    with get_client(sync_client=True) as client:
        state = client.read_flow_run(run_id).state
        if state is not None and not state.is_final():
            client.set_flow_run_state(
                run_id, Crashed(message="its process was killed; the next run noticed"), force=True
            )

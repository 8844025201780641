"""Runs that were killed: Prefect would show them as running for ever, so the next run, or the watcher, marks them.

<home>/prefect/running-…     locked by the process of a run of the command line for as long as it lives; has its id
"""

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
    for left in notes(folder):
        with contextlib.suppress(Exception):  # no more than a label in the UI: never in the way of a run
            mark_killed(left)
    path, note = _begun(folder)
    with note:
        try:
            with listening(_Note(note)):
                yield
        finally:
            path.unlink(missing_ok=True)


def _begun(folder: Path) -> tuple[Path, TextIO]:
    """A new note, locked; one that a watcher took away between its making and its lock is made anew."""
    while True:
        path = folder / f"running-{os.getpid()}-{time.time_ns()}"  # containers on one home give the same process ids
        note = opened(path)
        fcntl.flock(note, fcntl.LOCK_EX)
        with contextlib.suppress(FileNotFoundError):
            if os.fstat(note.fileno()).st_ino == path.stat().st_ino:
                return path, note
        note.close()


def notes(folder: Path) -> list[Path]:
    """The notes in a folder, of the living and of the dead."""
    return list(folder.glob("running*"))


def mark_killed(note: Path) -> UUID | None:
    """Mark the run of a note as crashed if its process is dead, and take the note away.

    The id of the run that was marked; None where it lives, or had ended before. Raises what Prefect's client raises
    where the server cannot be asked; the note stays then.
    """
    try:
        with note.open("r") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            run_id = _id_in(file.read())
            marked = run_id is not None and _mark_crashed(run_id)
            note.unlink(missing_ok=True)
            return run_id if marked else None
    except (BlockingIOError, FileNotFoundError):
        return None


class _Note(Listener):
    def __init__(self, file: TextIO) -> None:
        self._file = file

    def began(self, story: Story) -> None:
        self._file.write(story.run_id)
        self._file.flush()


def _id_in(told: str) -> UUID | None:
    with contextlib.suppress(ValueError):
        return UUID(told.strip())
    return None


def _mark_crashed(run_id: UUID) -> bool:
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound
    from prefect.states import Crashed

    with get_client(sync_client=True) as client:
        try:
            state = client.read_flow_run(run_id).state
        except ObjectNotFound:  # the history of runs was deleted meanwhile
            return False
        if state is None or state.is_final():
            return False
        client.set_flow_run_state(
            run_id, Crashed(message="its process was killed; the next run carries on"), force=True
        )
    return True

"""A run that was killed is not shown as running for ever, and one that still goes on is left alone."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO
from uuid import UUID

import pytest

from flows.left_behind import noted, notes
from flows.server import Server
from flows.settings import Settings
from flows.story import Story, listeners

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]


@pytest.fixture(autouse=True)
def _the_sessions_server(prefect_server: Server) -> Iterator[None]:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: prefect_server.api_url}):
        yield


def _running() -> UUID:
    """A flow run that the server believes to be running."""
    from prefect import flow
    from prefect.client.orchestration import get_client
    from prefect.states import Running

    with get_client(sync_client=True) as client:
        return client.create_flow_run(flow(lambda: None, name="killed"), state=Running()).id


running = pytest.fixture(_running, name="running")
running_too = pytest.fixture(_running, name="running_too")


def state_of(run_id: UUID) -> str:
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        state = client.read_flow_run(run_id).state
        assert state is not None
        return state.name


def test_the_runs_that_killed_processes_left_are_marked_as_crashed(
    running: UUID, running_too: UUID, tmp_path: Path
) -> None:
    (tmp_path / "running-1").write_text(str(running))
    (tmp_path / "running-2").write_text(str(running_too))
    with noted(tmp_path):
        assert [state_of(running), state_of(running_too)] == ["Crashed", "Crashed"]
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_goes_on_or_waits_in_another_process_is_left_alone(
    running: UUID, running_too: UUID, tmp_path: Path, settings: Settings
) -> None:
    for name, run_id in (("running-1", running), ("running-2", running_too)):
        (tmp_path / name).write_text(str(run_id))
    with (tmp_path / "running-1").open() as note:
        fcntl.flock(note, fcntl.LOCK_EX)
        with noted(tmp_path):
            assert [state_of(running), state_of(running_too)] == ["Running", "Crashed"]
    assert [path.name for path in tmp_path.iterdir()] == ["running-1"]


def test_a_run_is_noted_while_it_goes_on_and_leaves_no_note_whatever_its_end(
    tmp_path: Path, settings: Settings
) -> None:
    noted_as = []

    def interrupted() -> None:
        with noted(tmp_path):
            for listener in listeners():
                listener.began(Story("run-1", settings))
            noted_as.extend(path.read_text() for path in tmp_path.iterdir())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert noted_as == ["run-1"]
    assert list(tmp_path.iterdir()) == []


def test_a_note_that_cannot_be_read_is_not_in_the_way_of_a_run(tmp_path: Path) -> None:
    (tmp_path / "running").write_text("no id at all")
    with noted(tmp_path):
        assert not (tmp_path / "running").exists()


def test_a_note_that_a_watcher_takes_away_before_it_is_locked_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The accident: a run that was killed then stayed Running, as nobody knew of it."""
    lock, taken = fcntl.flock, list[str]()

    def meanwhile(note: TextIO, how: int) -> None:
        if not taken:
            Path(note.name).unlink()
            taken.append(note.name)
        lock(note, how)

    monkeypatch.setattr("flows.left_behind.fcntl.flock", meanwhile)
    with noted(tmp_path):
        assert len(notes(tmp_path)) == 1
    assert notes(tmp_path) == []

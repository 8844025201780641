"""A run that was killed is not shown as running for ever, and one that still goes on is left alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from flows.commands.left_behind import noted
from flows.server import Server
from flows.settings import Settings
from flows.story import Story, listeners

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]


@pytest.fixture(autouse=True)
def _the_sessions_server(prefect_server: Server) -> Iterator[None]:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: prefect_server.api_url}):
        yield


@pytest.fixture
def running() -> UUID:
    """A flow run that the server believes to be running."""
    from prefect import flow
    from prefect.client.orchestration import get_client
    from prefect.states import Running

    with get_client(sync_client=True) as client:
        return client.create_flow_run(flow(lambda: None, name="killed"), state=Running()).id


def state_of(run_id: UUID) -> str:
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        state = client.read_flow_run(run_id).state
        assert state is not None
        return state.name


def test_the_run_that_a_killed_process_left_is_marked_as_crashed(running: UUID, tmp_path: Path) -> None:
    (tmp_path / "running").write_text(str(running))
    with noted(tmp_path):
        assert state_of(running) == "Crashed"


def test_a_run_that_goes_on_in_another_process_is_left_alone(running: UUID, tmp_path: Path, settings: Settings) -> None:
    with noted(tmp_path):
        for listener in listeners():
            listener.began(Story(str(running), settings))
        with noted(tmp_path):
            pass
        assert state_of(running) == "Running"
        assert (tmp_path / "running").read_text() == str(running)


def test_a_run_that_ended_leaves_no_note_whatever_its_end(tmp_path: Path, settings: Settings) -> None:
    def interrupted() -> None:
        with noted(tmp_path):
            for listener in listeners():
                listener.began(Story("run-1", settings))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert (tmp_path / "running").read_text() == ""


def test_a_note_that_cannot_be_read_is_not_in_the_way_of_a_run(tmp_path: Path) -> None:
    (tmp_path / "running").write_text("no id at all")
    with noted(tmp_path):
        assert (tmp_path / "running").read_text() == ""

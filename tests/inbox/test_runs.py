"""Real runs on an inbox, and what they say; and whoever watches it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from flows.announce import announce
from flows.errors import SettingsError
from flows.inbox import arrived, key_of
from flows.server import Server
from flows.settings import Settings, load_settings
from flows.summary import line_of, lines
from tests.asked import asked
from tests.inbox.drop import Drop, content, damaged
from tests.ran import Ran

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]

Run = Callable[[Drop], Ran]


@pytest.fixture
def run(run_flow: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the pipeline without a source on an inbox."""
    from flows.pipeline import pipeline

    def run(drop: Drop, **parameters: Any) -> Ran:
        monkeypatch.setenv("SHOPFLOW_INBOX", drop.settings.inbox)
        monkeypatch.setenv("SHOPFLOW_INBOX_SETTLE_SECONDS", "0")
        monkeypatch.setenv("SHOPFLOW_FUTURE_TOLERANCE_HOURS", "1000000")
        return run_flow(pipeline, drop.settings, **parameters)

    return run


def test_a_run_without_a_source_takes_what_is_new_and_the_next_one_nothing(drop: Drop, run: Run) -> None:
    drop.put("a.csv", content(1))
    copy, bad, half = drop.put("b.csv", content(1)), drop.put("c.csv", damaged(1)), drop.put("d.csv.part", content(2))
    first = run(drop)
    assert (first.state.name, first.state.message.split(";")[0]) == ("Degraded", "1 file could not be used")
    assert first.steps == ["collect", "land", "validate", "judge", "load", "transform", "publish", "run"]
    assert line_of(first.story.receipts[0]) == "1 new file, 1 copy, 1 refused, 1 still arriving"
    said = dict(lines(first.story))
    assert said["Files refused"].startswith(f"{bad} has no known columns")
    assert said["Copies"] == f"{copy} is a copy of {drop.folder / 'a.csv'}"
    assert said["Arriving"] == f"1 file still arriving, left for the next run: {half}"
    second = run(drop)
    assert (second.state.name, second.steps) == ("Completed", ["collect", "run"])
    assert second.state.message == "nothing new: all was loaded, built and published before"
    assert line_of(second.story.receipts[0]) == "nothing new, 1 still arriving, 3 known"
    assert second.story.kpis is not None


@pytest.fixture
def watched(drop: Drop, prefect_server: Server) -> Iterator[Settings]:
    """Settings of a watcher that starts the deployment `pipeline/inbox` on the session's server."""
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: prefect_server.api_url}), get_client(sync_client=True) as client:
        flow_id = client.create_flow_from_name("pipeline")
        client.create_deployment(flow_id, "inbox", paused=True)
        yield load_settings(**{**drop.settings.model_dump(), "inbox_deployment": "pipeline/inbox"})


def runs(server: Server, key: str) -> list[Any]:
    found: list[Any] = asked(server, "flow_runs", {"flow_runs": {"idempotency_key": {"any_": [f"inbox-{key}"]}}})
    return found


def events(server: Server, files: int) -> list[Any]:
    """The events that files have arrived, once there are any: the server writes them down in batches."""
    for _ in range(200):
        found = asked(server, "events", {"filter": {"event": {"name": ["shopflow.files.arrived"]}}})["events"]
        if mine := [event for event in found if event["payload"]["files"] == files]:
            return mine
        time.sleep(0.1)
    return []


def test_files_that_have_arrived_are_announced_once(drop: Drop, watched: Settings, prefect_server: Server) -> None:
    assert list(announce(watched)) == []
    for number in range(3):
        drop.put(f"{number}.csv", content(number))
    drop.put("3.csv.part", content(3))
    key = key_of(watched, arrived(watched))
    before = sorted(path.name for path in drop.settings.home.glob("*"))
    assert list(announce(watched)) == ["3 files arrived in ../in, a run of pipeline/inbox was begun"]
    assert list(announce(watched)) == []
    assert len(runs(prefect_server, key)) == 1
    (event,) = events(prefect_server, 3)
    assert event["payload"]["names"] == [str(drop.folder / f"{number}.csv") for number in range(3)]
    assert event["resource"]["prefect.resource.id"].startswith("shopflow.inbox.")
    assert before == [], "no warehouse was made"
    (drop.settings.home / ".inbox/told.json").unlink()  # another watcher tells the same
    assert len(list(announce(watched))) == 1
    assert len(runs(prefect_server, key)) == 1


def test_what_a_run_has_seen_is_not_announced(drop: Drop, watched: Settings) -> None:
    drop.put("a.csv", content(1))
    drop.put("b.csv", content(1))
    drop.put("bad.csv", damaged(1))
    drop.run()
    assert list(announce(watched)) == []
    drop.put("new.csv", content(2))
    assert [Path(found.address).name for found in arrived(watched)] == ["new.csv"]


def test_files_whose_run_ended_before_it_saw_them_get_another_one_later(
    drop: Drop, watched: Settings, prefect_server: Server
) -> None:
    """The accident: they came while a run was at work, theirs was cancelled for it, and nobody spoke of them again."""
    drop.put("a.csv", content(1))
    noon = datetime(2026, 11, 25, 12, tzinfo=UTC)
    key = key_of(watched, files := arrived(watched))
    assert len(list(announce(watched, noon))) == 1
    assert list(announce(watched, noon + timedelta(hours=1))) == [], "it may be about to begin"
    cancel(runs(prefect_server, key)[0]["id"])
    assert list(announce(watched, noon + timedelta(seconds=59))) == []
    second = noon + timedelta(minutes=1)
    assert list(announce(watched, second)) == ["1 file arrived in ../in, a run of pipeline/inbox was begun again"]
    (again,) = runs(prefect_server, key_of(watched, files, attempt=1))
    cancel(again["id"])
    assert list(announce(watched, second + timedelta(minutes=1))) == [], "each time later"
    assert len(list(announce(watched, second + timedelta(minutes=2)))) == 1
    cancel(runs(prefect_server, key_of(watched, files, attempt=2))[0]["id"])
    drop.run()
    assert list(announce(watched, second + timedelta(hours=2))) == [], "a run has seen them"
    assert len(runs(prefect_server, key)) == 1


def cancel(run_id: str) -> None:
    end(run_id, "CANCELLED")


def end(run_id: str, kind: str) -> None:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.objects import StateType
    from prefect.states import State

    with get_client(sync_client=True) as client:
        client.set_flow_run_state(UUID(run_id), State(type=StateType(kind)), force=True)


@pytest.mark.parametrize(("kind", "runs_begun"), [("COMPLETED", 1), ("FAILED", 3)])
def test_runs_elsewhere_that_leave_no_note_are_not_begun_again_for_ever(
    drop: Drop, watched: Settings, prefect_server: Server, kind: str, runs_begun: int
) -> None:
    drop.put("a.csv", content(1))
    files, noon, begun = arrived(watched), datetime(2026, 11, 25, 12, tzinfo=UTC), 0
    for attempt in range(5):
        begun += len(list(announce(watched, noon + timedelta(hours=attempt))))
        for run in runs(prefect_server, key_of(watched, files, attempt)):
            end(run["id"], kind)
    assert begun == runs_begun


def test_a_deployment_that_is_not_there_is_one_sentence_and_nothing_counts_as_told(
    drop: Drop, watched: Settings
) -> None:
    drop.put("a.csv", content(1))
    wrong = load_settings(**{**watched.model_dump(), "inbox_deployment": "pipeline/nowhere"})
    for _ in range(2):
        with pytest.raises(SettingsError, match="pipeline/nowhere, which the Prefect server does not have"):
            list(announce(wrong))


def test_a_shop_without_an_inbox_has_nothing_to_watch(settings: Settings) -> None:
    assert list(announce(settings)) == []

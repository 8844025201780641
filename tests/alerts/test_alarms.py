"""What the watcher tells of: runs that were killed, whoever saw it, and data that does not come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import prefect
import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, PREFECT_UI_URL, temporary_settings
from prefect.states import Completed, Crashed, Failed, State

from flows.alerts.address import save_block
from flows.duties.alarms import Age, Crashes
from flows.server import Server
from flows.settings import Settings
from tests.alerts.receivers import Webhook

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]


@pytest.fixture(autouse=True)
def _server(prefect_server: Server) -> Iterator[None]:
    with temporary_settings({PREFECT_API_URL: prefect_server.api_url, PREFECT_UI_URL: prefect_server.ui_url}):
        yield


@pytest.fixture
def shop(settings: Settings, hook: Webhook) -> Settings:
    return settings.model_copy(update={"alert_blocks": save_block("alarms", hook.address), "expect_data_hours": 24.0})


def ended(state: State, *tags: str, flow: str = "nightly") -> UUID:
    """A run of that flow that ended like that."""
    with get_client(sync_client=True) as client:
        run = client.create_flow_run(prefect.flow(lambda: None, name=flow), tags=tags)
        client.set_flow_run_state(run.id, state, force=True)
        return run.id


def test_one_message_tells_of_a_killed_run_and_none_of_runs_that_ended_otherwise(shop: Settings, hook: Webhook) -> None:
    watcher = Crashes(shop)
    for state, tags in ((Failed(), ["shopflow"]), (Completed(), ["shopflow"]), (Crashed(message="ours?"), [])):
        ended(state, *tags)
    assert [line for line in watcher.look() if "nightly" in line] == []
    hook.taken()
    run = ended(Crashed(message="no sign of life since 05:31:02 UTC; the next run carries on"), "shopflow")
    assert [str(run) in line for line in watcher.look()] == [True]
    assert list(watcher.look()) == []
    assert len(list(Crashes(shop).look())) >= 1, "a watcher that comes later sees it, too, and nobody is told twice"
    (message,) = hook.taken()
    told = message.splitlines()
    assert told[0] == "[STOP] shopflow on duckdb: a run was killed (nightly)"
    assert "no sign of life since 05:31:02 UTC" in told[1]
    assert told[-1].endswith(f"/runs/flow-run/{run}")


def test_a_crash_that_nobody_could_be_told_of_is_told_later(shop: Settings, hook: Webhook) -> None:
    """The accident: the watcher counted it as told, and said so in its log."""
    watcher, hook.status = Crashes(shop), 500
    run = ended(Crashed(), "shopflow", flow="later")
    assert [line for line in watcher.look() if str(run) in line] == []
    hook.status = 200
    assert len([line for line in watcher.look() if str(run) in line]) == 1
    assert [text for text in hook.taken() if "later" in text.splitlines()[0]] != []


def test_a_crash_after_which_a_run_of_that_flow_ended_well_is_not_told(shop: Settings, hook: Webhook) -> None:
    """The accident: a watcher that was started anew told of it once more, though a good run had ended it."""
    ended(Crashed(), "shopflow", flow="mended")
    ended(Completed(), "shopflow", flow="another")
    still = ended(Crashed(), "shopflow", flow="another")
    ended(Completed(), "shopflow", flow="mended")
    assert [line for line in Crashes(shop).look() if str(still) in line] != []
    assert [text for text in hook.taken() if "mended" in text] == []


def test_where_nobody_is_to_be_told_nothing_is_asked(settings: Settings) -> None:
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        assert list(Crashes(settings).look()) == []
        assert list(Age(settings).look()) == []


def test_data_that_does_not_come_is_told_once(shop: Settings, hook: Webhook, publish: Callable[..., None]) -> None:
    old = datetime.now(UTC) - timedelta(days=3)
    publish({old.date(): (12, 600)}, [("b1", old, '{"events": 12}')])
    watcher = Age(shop)
    (line,) = watcher.look()
    assert list(watcher.look()) == []
    (message,) = hook.taken()
    assert line in message
    assert message.startswith("[WARN] shopflow on duckdb: no new data")

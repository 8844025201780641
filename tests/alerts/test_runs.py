"""Real runs of a shop: what goes wrong at night is one message, readers keep yesterday's marts, and so is its end."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from datetime import date, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, PREFECT_UI_URL, temporary_settings

from flows import serving
from flows.alerts.address import save_block
from flows.builds.command import TRANSFORMS
from flows.contracts import judge
from flows.pipeline import pipeline
from flows.receipts import Check
from flows.server import Server
from flows.settings import Settings
from tests.alerts.receivers import SECRET, Webhook
from tests.ran import Ran

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]

LAST = date(2025, 11, 25)  # a Tuesday
COLUMNS = "event_id,event_type,event_timestamp,user_id,product_id,quantity,unit_price,currency,order_id"


def bought(day: date, number: int) -> str:
    at = datetime(day.year, day.month, day.day, 10, number)
    return f"{day}-{number},purchase,{at:%Y-%m-%dT%H:%M:%S}Z,u{number},p1,1,50.00,EUR,o-{day}-{number}"


def seen(day: date, number: int) -> str:
    at = datetime(day.year, day.month, day.day, 9, number)
    return f"v-{day}-{number},page_view,{at:%Y-%m-%dT%H:%M:%S}Z,u{number},,,,,"


def day_of(first: int) -> list[str]:
    """Twelve who look and buy on the last day, the first of them of that number."""
    return [row for number in range(first, first + 12) for row in (seen(LAST, 20 + number), bought(LAST, number))]


def write(path: Path, *rows: str) -> Path:
    path.write_text("\n".join([COLUMNS, *rows, ""]))
    return path


@pytest.fixture
def night(
    run_flow: Callable[..., Ran],
    prefect_server: Server,
    settings: Settings,
    hook: Webhook,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Ran]:
    """Run the pipeline on files, with a chat that is told."""
    with temporary_settings({PREFECT_API_URL: prefect_server.api_url}):
        monkeypatch.setenv("SHOPFLOW_ALERT_BLOCKS", save_block("night", hook.address))
    monkeypatch.setenv("SHOPFLOW_RUNBOOK_URL", "https://wiki.example.org/runbook")

    # The files are so small that checks of level warn find them strange, each in its own way.
    judged = lambda *given: tuple(check for check in judge(*given) if check.level == "stop")  # noqa: E731
    monkeypatch.setattr("flows.contracts.judge", judged)

    def night(*source: Path) -> Ran:
        with temporary_settings({PREFECT_UI_URL: prefect_server.ui_url}):
            return run_flow(pipeline, settings, source=[str(path) for path in source])

    return night


def titles(hook: Webhook) -> list[str]:
    return [text.splitlines()[0].partition(": ")[2] for text in hook.taken()]


def test_nights_of_a_shop(
    night: Callable[..., Ran],
    hook: Webhook,
    settings: Settings,
    prefect_server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    tuesdays = [LAST - timedelta(weeks=week) for week in range(6)]
    first = write(
        tmp_path / "first.csv",
        seen(tuesdays[-1] - timedelta(days=1), 0),  # the day on which the data begins
        *(bought(day, number) for day in tuesdays[1:] for number in range(12)),
        *(seen(day, number) for day in tuesdays for number in range(12)),
    )

    ran = night(first)
    assert ran.state.is_completed(), ran.state.message
    (text,) = hook.taken()
    assert "warn: Orders of Tuesday 2025-11-25: 0. Usual for a Tuesday is 0 to 26; " in text
    assert "warn: Revenue of Tuesday 2025-11-25: 0 EUR." in text
    assert "What to do: https://wiki.example.org/runbook#alert-unusual-number" in text
    assert text.splitlines()[-1] == f"{prefect_server.ui_url}/runs/flow-run/{ran.story.run_id}"
    assert night(first).state.is_completed()
    assert titles(hook) == [], "nothing new"

    yesterday = serving.current(settings)
    second = write(tmp_path / "second.csv", *day_of(0))
    with monkeypatch.context() as patch:
        broken = Check("events", "rows", "stop", False, "0")
        patch.setattr("flows.contracts.judge", lambda *_: (broken,))
        assert night(second).state.is_failed()
        (text,) = hook.taken()
        assert text.splitlines()[0] == "[STOP] shopflow on duckdb: a contract stopped a batch"
        assert f"Nothing was published: readers keep {yesterday and yesterday.stem}." in text.splitlines()
        assert serving.current(settings) == yesterday
        assert night(second).state.is_failed()
        assert titles(hook) == [], "told an hour ago"

    faulty = tmp_path / "transforms"
    shutil.copytree(TRANSFORMS, faulty, ignore=shutil.ignore_patterns("target", "logs"))
    (faulty / "tests" / "no_shop_has_sessions.sql").write_text("select * from {{ ref('fct_sessions') }}")
    with monkeypatch.context() as patch:
        patch.setattr(import_module("flows.builds.command"), "TRANSFORMS", faulty)
        patch.setattr(import_module("flows.builds.project"), "_parsed", {})
        assert night(second).state.is_failed()
    (text,) = hook.taken()
    assert text.splitlines()[0] == "[STOP] shopflow on duckdb: a model or test failed"
    assert "dbt: failed: test no_shop_has_sessions (157 failing rows)" in text
    assert "over: a contract stopped a batch" in text
    assert serving.current(settings) == yesterday

    assert night(second).state.is_completed()
    assert titles(hook) == ["all is well again"]
    assert serving.current(settings) != yesterday

    third = write(tmp_path / "third.csv", *day_of(12))
    with monkeypatch.context() as patch:
        patch.setattr("flows.load.load", lambda *_: 1 / 0)
        assert night(third).state.is_failed()
    (text,) = hook.taken()
    assert "stop: The flow pipeline failed: ZeroDivisionError, which nobody foresaw; the run's log has it" in text

    hook.status = 500
    assert night(third).state.is_completed(), "a message that fails fails no run"
    assert "alerts: nobody could be told: custom-webhook/night: HTTP status 500" in caplog.text
    assert not any(part in caplog.text for part in SECRET.split("/"))


def test_a_run_that_is_told_to_end_tells_nobody(
    night: Callable[..., Ran], hook: Webhook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("flows.land.land", end)
    with pytest.raises(KeyboardInterrupt):
        night(write(tmp_path / "first.csv", seen(LAST, 0)))
    assert hook.taken() == []

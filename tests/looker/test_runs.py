"""A run tells Looker after it has published; whatever Looker does, the marts are there and the run did not fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from prefect import State, flow
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows import pipeline, steps
from flows.looker.secret import client_secret
from flows.receipts import Published
from flows.server import Server
from flows.settings import Settings, load_settings
from flows.story import Story
from flows.telling import ending, telling
from tests.looker.stub import CLIENT, SECRET, Looker
from tests.ran import Ran

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]

Run = Callable[..., Ran]


@pytest.fixture
def run(
    run_flow: Callable[..., Ran], settings: Settings, stub: Looker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Run:
    """Run the pipeline's end, which has published or had nothing to, with the work on a warehouse left out."""
    monkeypatch.setattr(steps, "BACK_OFF_SECONDS", 0.001)
    monkeypatch.setenv("SHOPFLOW_LOOKER_URL", stub.url)
    monkeypatch.setenv("SHOPFLOW_LOOKER_CLIENT_ID", CLIENT)
    monkeypatch.setenv("LOOKERSDK_CLIENT_SECRET", SECRET)
    for name in ("find_changes", "reload_chunks", "build_models", "publish_marts", "show_kpis"):
        monkeypatch.setattr(pipeline, name, lambda *about: None)

    def made(is_published: bool = True) -> Ran:
        @flow(name="the end of a run", persist_result=False)
        def the_end() -> State:
            with telling(load_settings()) as story:
                if is_published:
                    story.take(Published("marts-000001", str(tmp_path), {"fct_orders": 1}, 1))
                pipeline.update_marts(story)
            return ending(story)

        return run_flow(the_end, settings)

    return made


def receipts(story: Story) -> dict[str, Any]:
    return {receipt.step: receipt for receipt in story.receipts}


def test_looker_is_told_after_a_publication(run: Run, stub: Looker) -> None:
    ran = run()
    assert ran.state.name == "Completed"
    assert ran.steps == ["looker", "run"]
    assert stub.asked == ["all_datagroups", "update_datagroup", "content_validation"]


def test_nothing_is_told_where_nothing_was_published_or_no_looker_is_set(
    run: Run, stub: Looker, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(is_published=False).steps == ["run"]
    monkeypatch.delenv("SHOPFLOW_LOOKER_URL")
    assert run().steps == ["run"]
    assert stub.asked == []


def test_a_wrong_secret_degrades_the_run_and_is_not_tried_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOKERSDK_CLIENT_SECRET", "a-wrong-one")
    ran = run()
    assert (ran.state.type.value, ran.state.name) == ("COMPLETED", "Degraded")
    assert "the marts are published, but Looker was not told: Looker at http" in ran.state.message
    assert "a-wrong-one" not in ran.state.message
    assert "attempt" not in receipts(ran.story)["looker"].detail


def test_a_looker_that_is_away_for_a_moment_is_asked_again(run: Run, stub: Looker) -> None:
    answers = iter([(503, {"message": "503 Service Unavailable", "documentation_url": ""})])
    known = stub.replies["all_datagroups"]
    stub.replies["all_datagroups"] = lambda: next(answers, None) or known()
    ran = run()
    assert ran.state.name == "Completed"
    assert receipts(ran.story)["looker"].detail["attempt"] == 2


def test_broken_content_is_in_the_receipt_and_degrades_the_run(run: Run, stub: Looker) -> None:
    broken = {"look": {"id": "3", "title": "Mine"}, "errors": [{"message": "Unknown field", "field_name": "gone"}]}
    stub.replies["content_validation"] = lambda: (200, {"content_with_errors": [broken]})
    ran = run()
    assert (ran.state.name, ran.state.message) == ("Degraded", "1 error in Looker's content")
    assert receipts(ran.story)["looker"].detail["broken"] == [
        {"kind": "look", "title": "Mine", "field": "gone", "message": "Unknown field"}
    ]


def test_a_defect_of_ours_degrades_the_run_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from flows.looker import refresh

    def fails(settings: Settings) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(refresh, "refresh", fails)
    assert run().state.name == "Degraded"


def test_the_secret_may_be_in_a_block(prefect_server: Server, settings: Settings) -> None:
    from prefect.blocks.system import Secret

    with temporary_settings({PREFECT_API_URL: prefect_server.api_url}):
        Secret(value=SECRET).save("looker-key")
        assert client_secret(settings.model_copy(update={"looker_secret_block": "looker-key"})) == SECRET

"""Looker is told of new marts; what it refuses is one sentence without the secret."""

from __future__ import annotations

import time

import pytest

from flows.errors import LookerError, SettingsError
from flows.looker.refresh import refresh
from flows.receipts import BrokenContent, Refreshed
from flows.settings import Settings
from tests.looker.stub import SECRET, Looker


def test_the_datagroup_is_reset_and_the_content_validated(told: Settings, stub: Looker) -> None:
    before = int(time.time())
    assert refresh(told) == Refreshed(stub.url, "", True, ())
    assert stub.asked == ["all_datagroups", "update_datagroup", "content_validation"]
    assert before <= stub.bodies["update_datagroup"]["stale_before"] <= time.time()


def test_a_scheduled_plan_is_run_last_where_one_is_named(told: Settings, stub: Looker) -> None:
    wanted = told.model_copy(update={"looker_plan": "12", "looker_validates": False})
    assert refresh(wanted) == Refreshed(stub.url, "12", False, ())
    assert stub.asked == ["all_datagroups", "update_datagroup", "scheduled_plan_run_once_by_id"]


def test_what_is_broken_in_its_content_is_told(told: Settings, stub: Looker) -> None:
    error = {"message": "Unknown field", "field_name": "fct_orders.gone"}
    broken = {"id": "1", "dashboard": {"id": "3", "title": "Mine"}, "errors": [error]}
    stub.replies["content_validation"] = lambda: (200, {"content_with_errors": [broken]})
    assert refresh(told).broken == (BrokenContent("dashboard", "Mine", "fct_orders.gone", "Unknown field"),)


def test_a_wrong_secret_is_refused_and_not_shown(told: Settings, stub: Looker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOKERSDK_CLIENT_SECRET", "a-wrong-one")
    with pytest.raises(LookerError, match="refuses SHOPFLOW_LOOKER_CLIENT_ID and its secret: Not found") as refused:
        refresh(told)
    assert not refused.value.is_transient
    assert "a-wrong-one" not in str(refused.value)
    assert stub.asked == []


def test_without_a_secret_or_a_client_the_settings_are_not_enough(
    told: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingsError, match="SHOPFLOW_LOOKER_CLIENT_ID is not"):
        refresh(told.model_copy(update={"looker_client_id": ""}))
    monkeypatch.delenv("LOOKERSDK_CLIENT_SECRET")
    with pytest.raises(SettingsError, match="neither SHOPFLOW_LOOKER_SECRET_BLOCK nor LOOKERSDK_CLIENT_SECRET"):
        refresh(told)


def test_a_looker_without_the_project_is_told_what_to_do(told: Settings, stub: Looker) -> None:
    stub.replies["all_datagroups"] = lambda: (200, [{"id": "7", "model_name": "other", "name": "after_build"}])
    with pytest.raises(LookerError, match="has no datagroup shopflow::after_build: deploy dashboards/looker"):
        refresh(told)


def test_a_looker_that_is_away_may_be_back_in_a_moment(told: Settings, free_port: int) -> None:
    with pytest.raises(LookerError, match="does not answer") as away:
        refresh(told.model_copy(update={"looker_url": f"http://127.0.0.1:{free_port}"}))
    assert away.value.is_transient
    assert SECRET not in str(away.value)


def test_a_plan_that_fails_is_not_run_a_second_time(told: Settings, stub: Looker) -> None:
    stub.replies["scheduled_plan_run_once_by_id"] = lambda plan: (503, {"message": "503", "documentation_url": ""})
    with pytest.raises(LookerError, match="does not run the scheduled plan 12") as failed:
        refresh(told.model_copy(update={"looker_plan": "12"}))
    assert not failed.value.is_transient


def test_the_stub_refuses_what_looker_would(stub: Looker) -> None:
    assert stub.answer("GET", "/api/4.0/datagroups", None, b"")[0] == 401
    assert stub.answer("GET", "/api/4.0/nothing", "Bearer t", b"")[0] == 404
    assert stub.answer("PATCH", "/api/4.0/datagroups/7", "Bearer t", b'{"stale_befor": 1}')[0] == 422

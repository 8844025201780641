"""A person is forgotten: nothing of theirs is left below the home, and the marts are as if they had never come."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from flows import serving
from flows.errors import ErasureIncomplete, UnknownPerson
from flows.forget import forget
from flows.pipeline import pipeline
from flows.settings import Settings, load_settings
from flows.warehouse import open_warehouse
from pydantic import SecretStr
from tests.ran import Ran
from tests.tables import rows_of_marts

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]

RunFlow = Callable[..., Ran]
HEADER = "event_id,event_type,event_timestamp,anonymous_id,user_id,product_id,quantity,unit_price,currency\n"
VIEW = "v{who}{day}{n},page_view,2025-11-0{day}T10:{n}:00Z,{device},,,,,\n"
SALE = "s{who}{day}{n},purchase,2025-11-0{day}T11:{n}:00Z,{device},{user},p1,1,9.99,EUR\n"
REFUSED = "r{who}{day},purchase,2025-11-0{day}T12:00:00Z,{device},{user},p1,1,-1,EUR\n"
GONE, OTHER = "user-4711-gone", "user-0815-stays"
IDS = [GONE, "device-of-gone-1", "device-of-gone-2"]


def rows(user: str, device: str, *days: int) -> list[str]:
    told = {"who": device[-6:], "user": user, "device": device}
    lines = [kind.format(**told, day=day, n=n) for day in days for n in range(10, 20) for kind in (VIEW, SALE)]
    return [*lines, REFUSED.format(**told, day=days[0])]


def users(*ids: str) -> str:
    lines = "".join(f"{id},2025-11-01T00:00:00Z,{id}@shop.example,Berlin\n" for id in ids)
    return "user_id,updated_at,email,city\n" + lines


def shop(folder: Path, *, with_gone: bool) -> list[Path]:
    """Two batches: event files, and a file of users in the first."""
    theirs = with_gone
    folder.mkdir()
    first = [*rows(OTHER, "device-of-other", 1, 2), *(rows(GONE, "device-of-gone-1", 2, 4) if theirs else [])]
    second = [*rows(OTHER, "device-of-other", 4, 6), *(rows(GONE, "device-of-gone-2", 1) if theirs else [])]
    batches = [folder / "first", folder / "second"]
    for batch, lines in zip(batches, (first, second), strict=True):
        batch.mkdir()
        (batch / "events.csv").write_text(HEADER + "".join(lines))
    (batches[0] / "users.csv").write_text(users(OTHER, *([GONE] if theirs else [])))
    return batches


def loaded(run_flow: RunFlow, settings: Settings, batches: list[Path]) -> None:
    for batch in batches:
        assert not run_flow(pipeline, settings, source=[str(batch)]).state.is_failed()


def holding(home: Path, *ids: str) -> list[str]:
    return [
        str(path.relative_to(home))
        for path in sorted(home.rglob("*"))
        if path.is_file() and any(id.encode() in path.read_bytes() for id in ids)
    ]


def test_nothing_is_left_and_the_marts_are_those_of_a_shop_without_the_person(
    run_flow: RunFlow, settings: Settings, tmp_path: Path
) -> None:
    never = load_settings(home=tmp_path / "never")
    loaded(run_flow, never, shop(tmp_path / "without", with_gone=False))
    loaded(run_flow, settings, shop(tmp_path / "with", with_gone=True))
    assert rows_of_marts(settings) != rows_of_marts(never)
    assert len(holding(settings.home, *IDS)) > 5

    ran = run_flow(forget, settings, user=SecretStr(GONE))

    assert ran.state.is_completed(), ran.state.message
    assert ran.steps == ["find", "erase", "transform", "publish", "wipe", "prove", "run"]
    assert rows_of_marts(settings) == rows_of_marts(never)
    assert holding(settings.home, *IDS) == []
    assert len(serving.versions(settings)) == 1

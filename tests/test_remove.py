"""A batch is taken out again: marts, lake and ledger are as if it had never come."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows import serving
from flows.errors import LedgerError
from flows.pipeline import pipeline
from flows.remove import remove
from flows.settings import Settings, load_settings
from flows.warehouse import open_warehouse
from tests.ran import Ran
from tests.tables import rows_of_marts

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]

RunFlow = Callable[..., Ran]
HEADER = "event_id,event_type,event_timestamp,user_id,product_id,quantity,unit_price,currency\n"
VIEW = "v{0},page_view,2025-11-0{1}T10:00:00Z,u{0},,,,\n"
SALE = "s{0},purchase,2025-11-0{1}T10:10:00Z,u{0},p1,1,9.99,EUR\n"
REFUSED = "r{0},purchase,2025-11-0{1}T10:20:00Z,u{0},p1,1,-1,EUR\n"


def shop_file(folder: Path, name: str, user: int, *days: int) -> Path:
    path = folder / f"{name}.csv"
    lines = [line.format(user, day) for day in days for line in (VIEW, SALE)]
    path.write_text(HEADER + "".join(lines) * 20 + REFUSED.format(user, days[0]))
    return path


def test_marts_and_lake_are_as_if_the_batch_had_never_come(
    run_flow: RunFlow, settings: Settings, tmp_path: Path
) -> None:
    right, wrong = shop_file(tmp_path, "right", 1, 1, 2, 4), shop_file(tmp_path, "wrong", 1, 2, 3)
    never = load_settings(home=tmp_path / "never")
    run_flow(pipeline, never, source=[str(right)])
    run_flow(pipeline, settings, source=[str(right)])
    batch_id = run_flow(pipeline, settings, source=[str(wrong)]).story.batch_id
    assert rows_of_marts(settings) != rows_of_marts(never)

    removed = run_flow(remove, settings, batch=batch_id)

    assert removed.state.is_completed()
    assert removed.steps == ["remove", "transform", "publish", "run"]
    assert rows_of_marts(settings) == rows_of_marts(never)
    assert lake_of(settings) == lake_of(never)
    with open_warehouse(settings) as warehouse:
        (gone,) = warehouse.query(
            "select batch_id, accepted, quarantined, built_at is not null as is_built from ops.removals"
        )
    assert gone == {"batch_id": batch_id, "accepted": 4, "quarantined": 1, "is_built": True}


def test_the_last_batch_leaves_empty_marts_and_can_come_again(
    run_flow: RunFlow, settings: Settings, tmp_path: Path
) -> None:
    source = shop_file(tmp_path, "only", 1, 1)
    first = run_flow(pipeline, settings, source=[str(source)])
    before = rows_of_marts(settings)
    assert run_flow(remove, settings, batch=first.story.batch_id).state.is_completed()
    assert all(rows == [] for mart, rows in rows_of_marts(settings).items())
    published, again = serving.current(settings), run_flow(remove, settings, batch=first.story.batch_id)
    with pytest.raises(LedgerError, match=f"batch {first.story.batch_id} is not in the warehouse"):
        again.state.result()
    assert serving.current(settings) == published
    assert run_flow(pipeline, settings, source=[str(source)]).story.loaded.is_new  # type: ignore[union-attr]
    assert rows_of_marts(settings) == before


def test_a_batch_that_is_not_there_is_one_sentence_and_changes_nothing(
    run_flow: RunFlow, settings: Settings, tmp_path: Path
) -> None:
    run_flow(pipeline, settings, source=[str(shop_file(tmp_path, "only", 1, 1))])
    before = serving.current(settings)
    ran = run_flow(remove, settings, batch="nothing")
    assert ran.state.is_failed()
    with pytest.raises(LedgerError, match="batch nothing is not in the warehouse: `shopflow status` lists"):
        ran.state.result()
    assert serving.current(settings) == before


def lake_of(settings: Settings) -> dict[str, Any]:
    files = sorted(path for path in settings.lake_folder.rglob("*") if path.is_file())
    return {str(path.relative_to(settings.lake_folder)): path.suffix for path in files}

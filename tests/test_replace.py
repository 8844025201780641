"""Other files take the place of a batch: marts, lake and ledger are as if they had come at first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from flows import serving
from flows.errors import ContractBroken, LedgerError, SourceError, TooManyRefused
from flows.pipeline import pipeline
from flows.replace import replace
from flows.settings import Settings, load_settings
from flows.warehouse import open_warehouse
from tests.ran import Ran
from tests.tables import rows_of_marts
from tests.test_remove import HEADER, lake_of, shop_file

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]

RunFlow = Callable[..., Ran]


def ledger(settings: Settings) -> list[dict[str, object]]:
    with open_warehouse(settings) as warehouse:
        return warehouse.query("select batch_id, built_at is not null as is_built from ops.batches order by all")


def test_the_shop_is_as_if_the_right_files_had_come_at_first(
    run_flow: RunFlow, settings: Settings, tmp_path: Path
) -> None:
    kept, right = shop_file(tmp_path, "kept", 1, 1, 2), shop_file(tmp_path, "right", 2, 2, 5)
    wrong = shop_file(tmp_path, "wrong", 2, 3, 4)
    never = load_settings(home=tmp_path / "never")
    for source in (kept, right):
        run_flow(pipeline, never, source=[str(source)])
    run_flow(pipeline, settings, source=[str(kept)])
    old = run_flow(pipeline, settings, source=[str(wrong)]).story.batch_id
    assert rows_of_marts(settings) != rows_of_marts(never)

    replaced = run_flow(replace, settings, batch=old, source=[str(right)])

    assert replaced.state.is_completed()
    assert replaced.steps == ["land", "validate", "judge", "load", "transform", "publish", "run"]
    assert rows_of_marts(settings) == rows_of_marts(never)
    assert lake_of(settings) == lake_of(never)
    assert ledger(settings) == ledger(never)
    with open_warehouse(settings) as warehouse:
        gone = warehouse.query("select batch_id, replaced_by from ops.removals")
    assert gone == [{"batch_id": old, "replaced_by": replaced.story.batch_id}]

    again = run_flow(replace, settings, batch=old, source=[str(right)])
    assert again.state.is_completed()
    assert again.story.is_up_to_date
    assert rows_of_marts(settings) == rows_of_marts(never)


def test_a_batch_stays_where_what_should_replace_it_is_no_use(
    run_flow: RunFlow, settings: Settings, tmp_path: Path
) -> None:
    kept = shop_file(tmp_path, "kept", 1, 1)
    old = run_flow(pipeline, settings, source=[str(kept)]).story.batch_id
    marts, books, copy = rows_of_marts(settings), ledger(settings), serving.current(settings)
    bad, empty = tmp_path / "bad.csv", tmp_path / "empty.csv"
    bad.write_text(HEADER + "x,purchase,no time,u1,p1,1,1,EUR\n" * 9)
    empty.write_text(HEADER)
    good = shop_file(tmp_path, "good", 1, 2)
    itself = f"these are the files of batch {old} itself: there is nothing to replace"
    for batch, source, error, said in (
        (old, [kept], SourceError, itself),
        (
            old,
            [good, tmp_path / "nowhere.csv"],
            SourceError,
            f"batch {old} stays, 1 file could not be used: .*nowhere.csv",
        ),
        (old, [tmp_path / "nowhere.csv"], SourceError, "nowhere.csv does not exist"),
        (old, [bad], TooManyRefused, "rows were refused"),
        (old, [empty], ContractBroken, "the batch has events"),
        ("nothing", [tmp_path / "nowhere.csv"], LedgerError, "batch nothing is not in the warehouse"),
    ):
        ran = run_flow(replace, settings, batch=batch, source=[str(path) for path in source])
        assert ran.state.is_failed(), said
        with pytest.raises(error, match=said):
            ran.state.result()
    assert (rows_of_marts(settings), ledger(settings), serving.current(settings)) == (marts, books, copy)

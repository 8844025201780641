"""Refused rows that were corrected are in the marts as if they had been right at first."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.errors import LedgerError, SourceError
from flows.pipeline import pipeline
from flows.remove import remove
from flows.replay import replay
from flows.settings import Settings, load_settings
from tests.books import Books
from tests.ran import Ran
from tests.tables import rows_of_marts
from tests.test_remove import lake_of, shop_file

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect")]

RunFlow = Callable[..., Ran]


def test_marts_are_as_if_the_rows_had_been_right_and_are_as_before_once_the_replay_is_removed(
    run_flow: RunFlow, settings: Settings, tmp_path: Path
) -> None:
    wrong = shop_file(tmp_path, "shop", 1, 1, 3)
    (tmp_path / "mended").mkdir()
    right = tmp_path / "mended/shop.csv"
    right.write_text(wrong.read_text().replace(",-1,", ",1,"))
    mended, books = load_settings(home=tmp_path / "mended_home"), Books(settings)
    run_flow(pipeline, mended, source=[str(right)])
    old = run_flow(pipeline, settings, source=[str(wrong)]).story.batch_id
    before, lake = rows_of_marts(settings), lake_of(settings)
    rows = books.export(tmp_path / "out.jsonl", reason="negative")
    corrected = tmp_path / "in.jsonl"
    corrected.write_text("".join(json.dumps({**row, "raw": row["raw"].replace(",-1,", ",1,")}) + "\n" for row in rows))

    replayed = run_flow(replay, settings, corrected=str(corrected))

    assert replayed.state.is_completed()
    assert replayed.steps == ["replay", "transform", "publish", "run"]
    assert rows_of_marts(settings) == rows_of_marts(mended) != before
    books.check()
    assert books.waiting() == []
    again = run_flow(replay, settings, corrected=str(corrected))
    assert again.steps == ["replay", "run"]
    assert again.story.is_up_to_date

    assert replayed.story.replayed is not None
    (batch,) = replayed.story.replayed.batches
    run_flow(remove, settings, batch=batch.batch_id)
    assert (rows_of_marts(settings), lake_of(settings)) == (before, lake)
    assert books.waiting() == [("shop.csv", 82)]
    books.check()

    run_flow(replay, settings, corrected=str(corrected))
    run_flow(remove, settings, batch=old)
    assert all(rows == [] for rows in rows_of_marts(settings).values())
    assert lake_of(settings) == {}


def test_a_batch_or_a_row_that_is_not_there_is_one_sentence(
    run_flow: RunFlow, settings: Settings, tmp_path: Path
) -> None:
    run_flow(pipeline, settings, source=[str(shop_file(tmp_path, "shop", 1, 1))])
    (row,) = Books(settings).export(tmp_path / "out.jsonl")
    (tmp_path / "in.jsonl").write_text(json.dumps({**row, "line": 1}))
    for given, error, said in (
        ({"batch": "nothing"}, LedgerError, "batch nothing is not in the warehouse"),
        (
            {"corrected": str(tmp_path / "in.jsonl")},
            SourceError,
            "in.jsonl, line 1: no row of events was refused in line 1",
        ),
    ):
        ran = run_flow(replay, settings, **given)
        assert ran.state.is_failed()
        with pytest.raises(error, match=said):
            ran.state.result()

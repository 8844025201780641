"""Headers that lack, rename, repeat or add columns."""

import json
from collections.abc import Callable
from typing import Any

import pytest

Good = Callable[..., list[dict[str, str]]]
SUFFIXES = ["csv", "jsonl", "parquet"]


def renamed(rows: list[dict[str, str]], **names: str | None) -> list[dict[str, str]]:
    """The rows with columns renamed, or taken away where the new name is None."""
    return [{names.get(key, key): value for key, value in row.items() if names.get(key, key)} for row in rows]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_missing_column_refuses_the_file_and_not_its_neighbours(shop: Any, good: Good, suffix: str) -> None:
    path = shop.drop_rows(f"bad.{suffix}", renamed(good(2), event_timestamp=None))
    shop.drop_rows(f"good.{suffix}", good(2))
    outcome = shop.take(rows=2)
    where = "its first rows lack" if suffix == "jsonl" else "its header lacks"
    assert outcome.sentences == [
        f"{path} looks like events in {suffix}, but {where} event_timestamp: rename or add what is missing"
    ]
    assert outcome.ids == {"good0", "good1"}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_renamed_column_is_recognised_as_such(shop: Any, good: Good, suffix: str) -> None:
    shop.drop_rows(f"bad.{suffix}", renamed(good(2), event_timestamp="timestamp"))
    assert "lacks event_timestamp (did you mean 'timestamp'?)".replace("lacks", "") in shop.fails().replace("lacks", "")


@pytest.mark.slow
@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    "name", ["colour", "größe in cm", "select", "file_index", '"; drop table events; --', "a.b", "x" * 300]
)
def test_an_extra_column_goes_into_the_properties(shop: Any, good: Good, suffix: str, name: str) -> None:
    shop.drop_rows(f"a.{suffix}", [{name: "red", **row} for row in good(2)])
    outcome = shop.take(rows=2)
    assert [json.loads(row["properties"]) for row in outcome.accepted] == [{name: "red"}] * 2
    assert any(name[:20] in note for note in outcome.validated.notes)


def test_a_column_that_is_named_twice_refuses_the_file(shop: Any) -> None:
    path = shop.drop("a.csv", "event_id,event_type,event_timestamp,user_id,User_ID\n1,page_view,2025-11-01,a,b\n")
    assert shop.fails() == f"{path} names the column user_id more than once in its header: rename or remove the copy"


def test_a_missing_optional_column_is_null(shop: Any, good: Good) -> None:
    shop.drop_rows("a.csv", renamed(good(2), unit_price=None))
    assert [row["unit_price"] for row in shop.take(rows=2).accepted] == [None, None]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_header_without_rows_is_no_error(shop: Any, good: Good, suffix: str) -> None:
    shop.drop_rows(f"bare.{suffix}", good(1))
    if suffix == "csv":
        shop.drop("bare.csv", ",".join(good(1)[0]) + "\n")
    outcome = shop.take(rows=0 if suffix == "csv" else 1)
    assert outcome.sentences == []
    assert outcome.quarantined == []


def test_json_rows_may_each_have_other_keys(shop: Any, good: Good) -> None:
    first, second, third = good(3)
    del first["user_id"]
    del second["event_type"]
    third["colour"] = "red"
    shop.drop_rows("a.jsonl", [first | {"anonymous_id": "a"}, second, third])
    outcome = shop.take(rows=3)
    assert outcome.ids == {"good0", "good2"}
    assert outcome.reasons == {"events.event_type: missing": 1}
    assert [row["properties"] for row in outcome.accepted if row["event_id"] == "good2"] == ['{"colour":"red"}']


def test_separators_other_than_a_comma(shop: Any, good: Good) -> None:
    path = shop.drop("a.csv", "event_id;event_type;event_timestamp;user_id\n1;page_view;2025-11-01T00:00:00Z;u\n")
    assert shop.fails() == f"{path} separates its columns by semicolons: save it with commas"

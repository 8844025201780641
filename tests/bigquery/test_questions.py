"""What the ledger asks does not read a history for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from emulator.asking import SqlLibrary
from flows.settings import Settings
from flows.warehouse import bigquery_files, open_warehouse
from flows.warehouse.bigquery_changes import waiting
from flows.warehouse.bigquery_jobs import Jobs
from flows.warehouse.files import FIELDS
from tests.accepted import accepted
from tests.bigquery.statements import own_tables
from tests.bigquery.test_load import load

DAY, NOON = date(2025, 11, 3), datetime(2025, 11, 3, 12, tzinfo=UTC)


class Answering:
    """Answers questions by what stands in them, and notes what they read of products."""

    def __init__(self, rows_by_table: str, *, is_recategorised: bool) -> None:
        self.rows_by_table, self.is_recategorised, self.read = rows_by_table, is_recategorised, list[str]()

    def rows(self, sql: str, _params: object = ()) -> list[dict[str, Any]]:
        if "name = 'models'" in sql:
            return [{"value": "models"}]
        if "loaded_at as since" in sql:
            return [{"batch_id": "b1", "event_dates": [DAY], "rows_by_table": self.rows_by_table, "since": NOON}]
        if "int_product_interactions" in sql:
            self.read.append("days")
            return [{"event_date": DAY}]
        if "raw.products" in sql:
            self.read.append("products")
            return [{"product_id": "p1"}] if self.is_recategorised else []
        return []


@pytest.mark.parametrize(
    ("rows_by_table", "is_recategorised", "read"),
    [
        ('{"events": 1, "users": 1}', True, []),
        ('{"products": 1}', False, ["products"]),
        ('{"events": 1, "products": 1}', True, ["products", "days"]),
    ],
)
def test_days_of_products_are_asked_for_only_where_a_category_is_another_one(
    rows_by_table: str, is_recategorised: bool, read: list[str]
) -> None:
    answering = Answering(rows_by_table, is_recategorised=is_recategorised)
    changes = waiting(answering, "models")  # type: ignore[arg-type]
    assert answering.read == read
    assert changes.recategorised_dates == ((DAY,) if "days" in read else ())


@pytest.mark.slow
@pytest.mark.xdist_group("bigquery")
def test_the_days_of_a_product_in_another_category_are_told(
    cloud: Settings, analyzer: SqlLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    products = [{"product_id": f"p{n}", "category": "home"} for n in (1, 2)]
    load(accepted(cloud, "b1", "TIMESTAMPTZ", products=products), cloud)
    with open_warehouse(cloud) as warehouse:
        days = "select 'p1' as product_id, date '2025-11-03' as event_date union all select 'p2', date '2025-11-04'"
        warehouse.query(f"create table intermediate.int_product_interactions as {days}")
        warehouse.mark_built(warehouse.pending("models"), "models", NOON)
    now = [{"product_id": "p1", "category": "garden", "updated_at": datetime(2025, 11, 4)}]
    load(accepted(cloud, "b2", "TIMESTAMPTZ", products=now), cloud)
    asked, really = list[str](), Jobs.rows
    monkeypatch.setattr(Jobs, "rows", lambda jobs, sql, params=(): (asked.append(sql), really(jobs, sql, params))[1])
    with open_warehouse(cloud) as warehouse:
        assert warehouse.pending("models").recategorised_dates == (DAY,)
        warehouse.files(marks=["a mark"], contents=["a sha256"])
    built = f"{cloud.bigquery_project}.{cloud.bigquery_dataset_prefix}intermediate.int_product_interactions"
    tables = own_tables(cloud) | {built: {"product_id": "STRING", "event_date": "DATE"}}
    named = Jobs.begin(cloud).named
    assert len(asked) > 6
    assert [error for sql in asked if (error := analyzer.check(named(sql), tables))] == []


def test_an_inbox_of_many_files_is_asked_for_in_one_question_and_a_word_of_two_marks_tells_them_apart() -> None:
    marks, asked = [f"mark {n}" for n in range(100_000)], list[Mapping[str, str]]()

    class Marked:
        def rows(self, _sql: str, params: Mapping[str, str]) -> list[dict[str, Any]]:
            asked.append(params)
            return [dict.fromkeys(FIELDS) | {"mark": mark} for mark in ("mark 7", "another")]

    found = list(bigquery_files.rows(Marked(), marks, []))  # type: ignore[arg-type]
    assert [row["mark"] for row in found] == ["mark 7"]
    (params,) = asked
    assert len(params["wanted"].split()) == len(marks)
    assert len(params["wanted"]) / len(marks) * bigquery_files.ASKED_AT_ONCE < 9_000_000

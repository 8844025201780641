"""Google's analyzer and evaluator as the tests ask them."""

import pytest

from emulator.asking import RefusedSql, SqlLibrary
from emulator.start import Emulator
from flows import gcp
from flows.settings import Settings
from flows.warehouse import open_warehouse
from tests.bigquery.statements import every_statement, refused_by

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bigquery")]

COLUMNS = {
    "event_id": "STRING",
    "seen_at": "TIMESTAMP",
    "day": "DATE",
    "price": "NUMERIC(18, 4)",
    "tags": "ARRAY<STRING>",
}
TABLES = {"shop.raw.events": COLUMNS}
ROWS = [
    ["a", "2026-10-01 12:00:00.123456+00:00", "2026-10-01", "12.3456", ["x", "y"]],
    ["b", "1969-12-31 23:59:59+00:00", None, "-0.5", []],
]


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("select event_id from `shop.raw.events` where day in unnest(@days)", None),
        ("select event_id from `shop`.`raw`.`events` qualify row_number() over (order by seen_at) = 1", None),
        ("select evnt_id from raw.events", "Unrecognized name: evnt_id; Did you mean event_id? [at 1:8]"),
        ("select strftime(day, '%Y') from raw.events", "Function not found: strftime [at 1:8]"),
        ("select 1 from raw.event", "Table not found: raw.event"),
        ("select cast(price as numeric(9, 2)) from raw.events", "Parameterized types are not allowed in CAST"),
        ("create table shop.raw.sums (price numeric(9, 2)) as (select round(price, 2) as price from raw.events)", None),
        ("begin transaction;\ndelete from raw.events where dya = @day;\ncommit transaction;", "Unrecognized name: dya"),
        ("declare n int64 default 2; create temp table t as select n as m; select m from t;", None),
        ("declare n int64; set m = 2;", "Undeclared variable: m"),
        ("if true then select event_id from raw.events; else select nothing; end if;", "Unrecognized name: nothing"),
        (
            "create or replace table shop.raw.days as (select day from raw.events); select days.seen_at from raw.days",
            "seen_at",
        ),
    ],
)
def test_statements_are_understood_or_refused(analyzer: SqlLibrary, sql: str, error: str | None) -> None:
    told = analyzer.check(sql, TABLES)
    assert told is None if error is None else told is not None and error in told


def test_rows_come_back_as_they_went_in(evaluator: SqlLibrary) -> None:
    tables = {"shop.raw.events": (COLUMNS, ROWS)}
    for name in ("`shop.raw.events`", "`shop`.`raw`.`events`", "raw.events"):
        found = evaluator.rows(f"select * from {name} as events order by events.event_id", tables)
        assert [list(row.values()) for row in found] == ROWS


def test_meanings_are_google_s(evaluator: SqlLibrary) -> None:
    sql = "select cast(2.5 as int64) as up, cast(numeric '0.50' as string) as short, [struct(1 as x)] as nested"
    assert evaluator.rows(sql, {}) == [{"up": 3, "short": "0.5", "nested": [{"x": 1}]}]


def test_what_the_evaluator_refuses_is_told(evaluator: SqlLibrary) -> None:
    with pytest.raises(RefusedSql, match="division by zero"):
        evaluator.rows("select 1 / 0", {})


def test_every_statement_of_a_warehouse_is_known_to_the_analyzer(
    analyzer: SqlLibrary, emulator: Emulator, cloud: Settings
) -> None:
    prefix = cloud.bigquery_dataset_prefix
    with open_warehouse(cloud) as warehouse:
        warehouse.imbalances(thorough=True)
        warehouse.pending("models")
    assert len(every_statement(emulator, prefix)) > 5
    assert refused_by(analyzer, emulator, prefix) == {}


def test_a_statement_that_only_the_emulator_takes_is_found(
    analyzer: SqlLibrary, emulator: Emulator, cloud: Settings
) -> None:
    prefix = cloud.bigquery_dataset_prefix
    with gcp.bigquery_client(cloud) as client:
        client.create_dataset(f"{prefix}raw")
        client.query(f"create table {prefix}raw.t as select 1 as x").result()
        client.query(wrong := f"select list_value(x) from {prefix}raw.t").result()
    refused = refused_by(analyzer, emulator, prefix)
    assert list(refused) == [wrong]
    assert "list_value" in refused[wrong]

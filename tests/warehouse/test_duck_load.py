"""Batches get into raw once and only once, whole or not at all."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.contracts.on_duckdb import place
from flows.errors import LedgerError, SettingsError, WarehouseError
from flows.lake import Lake
from flows.land import land
from flows.receipts import Changes, Loaded, Removed, TableCount, Validated
from flows.records import RECORDS
from flows.settings import Settings, load_settings
from flows.sources.files import as_pattern
from flows.validate import validate
from flows.warehouse import open_warehouse
from flows.warehouse.tables import raw_fields


def load(validated: Validated, settings: Settings) -> Loaded:
    with open_warehouse(settings) as warehouse:
        return warehouse.load(validated, Lake(settings.lake_folder), settings)


def ask(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    with open_warehouse(settings) as warehouse:
        return [tuple(row.values()) for row in warehouse.query(sql)]


TWO_DAYS = [
    {"event_id": "e1", "event_type": "purchase", "product_id": "p1", "quantity": 2, "unit_price": Decimal("9.9900")},
    {"event_id": "e2", "event_date": date(2025, 11, 1), "event_timestamp": datetime(2025, 11, 1, 8, 0, 0, 123456)},
]


def test_rows_of_all_tables_arrive_with_their_values_day_and_origin(accept: Any, settings: Settings) -> None:
    loaded = load(accept("b1", events=TWO_DAYS, users=[{"email": "a'b;--@x"}], products=[{}]), settings)
    assert loaded == Loaded(
        "b1", True, {"events": 2, "users": 1, "products": 1}, (date(2025, 11, 1), date(2025, 11, 3))
    )
    columns = "event_id, event_timestamp, quantity, unit_price, currency, event_date, batch_id, source_file"
    assert ask(settings, f"select {columns} from raw.events order by event_id desc") == [
        ("e2", datetime(2025, 11, 1, 8, 0, 0, 123456), None, None, None, date(2025, 11, 1), "b1", "events.csv"),
        ("e1", datetime(2025, 11, 3, 12), 2, Decimal("9.9900"), None, date(2025, 11, 3), "b1", "events.csv"),
    ]
    assert ask(settings, "select user_id, email, batch_id from raw.users") == [("u1", "a'b;--@x", "b1")]


def test_the_same_batch_again_changes_nothing(accept: Any, settings: Settings) -> None:
    validated = accept("b1", events=TWO_DAYS)
    first = load(validated, settings)
    ledger = ask(settings, "from ops.batches")
    assert load(validated, settings) == dataclasses.replace(first, is_new=False)
    assert ask(settings, "select count(*) from raw.events") == [(2,)]
    assert ask(settings, "from ops.batches") == ledger


def test_copies_in_another_batch_stay_in_raw(accept: Any, settings: Settings) -> None:
    load(accept("b1", events=TWO_DAYS), settings)
    load(accept("b2", events=TWO_DAYS), settings)
    assert ask(settings, "select batch_id, count(*) from raw.events group by all order by 1") == [("b1", 2), ("b2", 2)]


def test_instants_with_a_zone_are_kept_as_utc(accept: Any, settings: Settings) -> None:
    moment = datetime.fromisoformat("2025-11-03T00:30:00+02:00")
    load(
        accept("b1", instant="TIMESTAMPTZ", events=[{"event_timestamp": moment, "event_date": date(2025, 11, 2)}]),
        settings,
    )
    assert ask(settings, "select event_timestamp, typeof(event_timestamp) from raw.events") == [
        (datetime(2025, 11, 2, 22, 30), "TIMESTAMP")
    ]


def test_columns_are_matched_by_name_not_by_place(accept: Any, settings: Settings) -> None:
    validated = accept("b1", users=[{"email": "e", "full_name": "f"}])
    (file,) = Lake(settings.lake_folder).accepted_files("users", "b1")
    names = ", ".join(field.name for field in reversed(raw_fields("users")))
    duckdb.sql(f"create table t as select {names} from '{file}'; copy t to '{file}' (format parquet)")
    load(validated, settings)
    assert ask(settings, "select user_id, email, full_name from raw.users") == [("u1", "e", "f")]


def test_a_batch_that_only_has_users_touches_no_dates(accept: Any, settings: Settings) -> None:
    assert load(accept("b1", users=[{}]), settings) == Loaded("b1", True, {"users": 1}, ())


def test_a_batch_without_any_accepted_row_is_entered_all_the_same(accept: Any, settings: Settings) -> None:
    nothing = dataclasses.replace(accept("b1", users=[{}]), counts=(TableCount("events", 3, 0, 3, 0),))
    assert load(nothing, settings) == Loaded("b1", True, {}, ())
    assert load(nothing, settings).is_new is False


def test_the_ledger_keeps_the_counts_of_the_batch(accept: Any, settings: Settings) -> None:
    validated = dataclasses.replace(
        accept("b1", events=TWO_DAYS, products=[{}]),
        counts=(TableCount("events", 14, 2, 5, 3, 4),),
        derived={"products": 1},
        reasons={"events.currency: wrong_format": 5},
        events_by_date={date(2025, 11, 1): 1, date(2025, 11, 2): 1},
    )
    load(validated, settings)
    with open_warehouse(settings) as warehouse:
        (row,) = warehouse.query("from ops.batches")
    assert row.pop("loaded_at") > datetime(2025, 1, 1)
    assert row == {
        "batch_id": "b1",
        "landed_at": datetime(2025, 11, 4, 6),
        "built_at": None,
        "source_files": ["events.csv", "products.csv"],
        "rows_read": 14,
        "accepted": 2,
        "quarantined": 5,
        "replayed": 0,
        "duplicates": 3,
        "erased": 4,
        "derived": 1,
        "replay_of": None,
        "event_dates": [date(2025, 11, 1), date(2025, 11, 3)],
        "rows_by_table": '{"events": 2, "products": 1}',
        "events_by_date": '{"2025-11-01": 1, "2025-11-02": 1}',
        "refused_by_reason": '{"events.currency: wrong_format": 5}',
        "purged_at": None,
    }


@pytest.mark.parametrize("said", [1, 3])
def test_another_number_of_rows_than_was_accepted_rolls_everything_back(
    said: int, accept: Any, settings: Settings
) -> None:
    validated = accept("b1", users=[{}], events=TWO_DAYS)
    wrong = dataclasses.replace(
        validated, counts=(TableCount("users", 1, 1, 0, 0), TableCount("events", said, said, 0, 0))
    )
    with pytest.raises(LedgerError, match=f"events: {said} rows were accepted, but the lake's files hold 2"):
        load(wrong, settings)
    assert ask(settings, "select (select count(*) from raw.users), (select count(*) from ops.batches)") == [(0, 0)]
    assert load(validated, settings).is_new is True


def test_a_missing_file_of_the_lake_is_named_and_nothing_loaded(accept: Any, settings: Settings) -> None:
    validated = accept("b1", events=TWO_DAYS)
    Lake(settings.lake_folder).accepted_files("events", "b1")[0].unlink()
    with pytest.raises(
        LedgerError, match=r"events: 2 rows of batch b1 were accepted, but the lake lacks .*events/b1.parquet"
    ):
        load(validated, settings)
    assert ask(settings, "select count(*) from raw.events") == [(0,)]


def test_a_file_of_the_lake_that_is_no_parquet_is_a_sentence_and_nothing_loaded(
    accept: Any, settings: Settings
) -> None:
    validated = accept("b1", users=[{}], products=[{}])
    Lake(settings.lake_folder).accepted_files("products", "b1")[0].write_bytes(b"PAR1 not really")
    with pytest.raises(WarehouseError, match="parquet"):
        load(validated, settings)
    assert ask(settings, "select count(*) from raw.users") == [(0,)]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("alter table raw.events drop column currency", "raw.events lacks currency VARCHAR"),
        ("alter table raw.events add column colour varchar", "raw.events has colour VARCHAR, which no record knows"),
        ("alter table raw.users alter email type integer", "raw.users.email is INTEGER, the record says VARCHAR"),
    ],
)
def test_a_raw_table_that_has_drifted_is_named_column_by_column(
    fault: str, told: str, accept: Any, settings: Settings
) -> None:
    ask(settings, fault)
    with pytest.raises(WarehouseError, match=told):
        load(accept("b1", users=[{}], events=TWO_DAYS), settings)
    assert ask(settings, "select (select count(*) from raw.users), (select count(*) from ops.batches)") == [(0, 0)]


def test_raw_tables_have_the_records_columns_and_say_what_they_mean(settings: Settings) -> None:
    for table in RECORDS:
        found = ask(
            settings,
            "select schema_name, column_name, data_type, comment from duckdb_columns() "
            f"where table_name = '{table}' order by schema_name, column_index",
        )
        assert found == [
            (schema, field.name, field.duckdb, field.description)
            for schema in ("raw", "removed")
            for field in raw_fields(table)
        ]


def test_the_time_zone_of_the_first_load_is_kept(accept: Any, settings: Settings) -> None:
    load(accept("b1", users=[{}]), settings)
    moved = load_settings(home=settings.home, reporting_timezone="Europe/Berlin")
    with pytest.raises(SettingsError, match=r"SHOPFLOW_REPORTING_TIMEZONE is Europe/Berlin, .* in UTC since"):
        load(accept("b2", users=[{}]), moved)
    assert ask(settings, "select batch_id from ops.batches") == [("b1",)]


def test_a_batch_whose_days_were_counted_in_another_zone_is_refused(accept: Any, settings: Settings) -> None:
    """The accident: set another zone, fail, set it back, run again. The manifest still has the other zone's days."""
    berlin = load_settings(home=settings.home, reporting_timezone="Europe/Berlin")
    late_evening = {"event_timestamp": datetime(2025, 11, 3, 23, 30), "event_date": date(2025, 11, 4)}
    with pytest.raises(SettingsError, match=r"not that day in UTC: it was validated under another"):
        load(accept("b1", events=[late_evening]), settings)
    assert ask(settings, "select (select count(*) from raw.events), (select count(*) from ops.settings)") == [(0, 0)]
    assert load(accept("b1", events=[late_evening]), berlin).touched_dates == (date(2025, 11, 4),)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("zone", "instants", "days"),
    [
        ("Europe/Berlin", ["2025-10-25T22:00:00", "2025-10-26T22:59:59"], [date(2025, 10, 26)]),
        # Clocks went on at midnight, so the day began at one.
        ("America/Havana", ["2025-03-09T05:00:00", "2025-03-10T03:59:59"], [date(2025, 3, 9)]),
        ("Asia/Kathmandu", ["2024-12-31T18:15:00", "2025-01-01T18:14:59"], [date(2025, 1, 1)]),
        # Clocks went back from 00:01 to 23:01, so the 7th began twice and the 6th ended twice.
        (
            "America/St_Johns",
            ["2010-11-07T02:30:20", "2010-11-07T02:45:00"],
            [date(2010, 11, 6), date(2010, 11, 7)],
        ),
    ],
)
def test_the_days_that_validate_counts_are_those_that_are_loaded_also_where_clocks_change_at_midnight(
    tmp_path: Path, zone: str, instants: list[str], days: list[date]
) -> None:
    """The accident: the end of a day was asked of the clock, and a good batch was said to be of another time zone."""
    own = load_settings(home=tmp_path / "home", reporting_timezone=zone)
    (tmp_path / "a.csv").write_text(
        "event_id,event_type,event_timestamp,user_id\n"
        + "".join(f"e{number},page_view,{instant}Z,u\n" for number, instant in enumerate(instants))
    )
    assert load(validate(land([tmp_path / "a.csv"], own), own), own).touched_dates == tuple(days)


def test_batches_wait_until_they_are_marked_built(accept: Any, settings: Settings) -> None:
    for name in ("b2", "b1"):
        load(accept(name, events=TWO_DAYS[:1]), settings)
    day, at = date(2025, 11, 3), datetime(2025, 11, 4, tzinfo=UTC)
    with open_warehouse(settings) as warehouse:
        assert warehouse.pending("models") == Changes(("b2", "b1"), is_whole=True), "never built"
        warehouse.mark_built(Changes(("b2", "unheard of")), "models", at)
        assert warehouse.pending("models") == Changes(("b1",), (day,))
        assert warehouse.pending("other models").is_whole, "what others built is no base to add to"
        warehouse.mark_built(Changes(("b1", "b2")), "models", at)
        assert not warehouse.pending("models")
        warehouse.begin_whole_build()
        assert warehouse.pending("models") == Changes(is_whole=True)


def test_a_batch_that_is_removed_waits_with_its_days_and_rows_and_can_come_back(
    accept: Any, settings: Settings
) -> None:
    accepted, at = accept("b1", events=TWO_DAYS[:1]), datetime(2025, 11, 4, tzinfo=UTC)
    load(accepted, settings)
    with open_warehouse(settings) as warehouse:
        warehouse.mark_built(warehouse.pending("models"), "models", at)
        assert warehouse.remove("b1", at) == Removed("b1", {"events": 1}, (date(2025, 11, 3),))
        assert warehouse.pending("models") == Changes(("b1",), (date(2025, 11, 3),), removed=("b1",))
        assert warehouse.remove("b1", at).rows == {"events": 1}, "a removal that was cut off goes on"
        with pytest.raises(LedgerError, match="batch b2 is not in the warehouse"):
            warehouse.remove("b2", at)
    counted = "select (select count(*) from raw.events), (select count(*) from removed.events)"
    assert ask(settings, counted) == [(0, 1)]
    assert load(accepted, settings).is_new
    with open_warehouse(settings) as warehouse:
        warehouse.mark_built(warehouse.pending("models"), "models", at)
    assert ask(settings, counted) == [(1, 0)]


def test_days_on_which_a_product_was_met_that_changes_its_category_are_touched(accept: Any, settings: Settings) -> None:
    met, first = date(2025, 11, 1), datetime(2025, 11, 1, tzinfo=UTC)
    load(accept("b1", products=[{"product_id": "pot", "category": "home", "updated_at": first}]), settings)
    with open_warehouse(settings) as warehouse:
        warehouse.query("create schema intermediate")
        warehouse.query("create table intermediate.int_product_interactions (event_date date, product_id varchar)")
        warehouse.query(
            "insert into intermediate.int_product_interactions values (?, 'pot'), (?, 'hose')", [met, first]
        )
        warehouse.mark_built(warehouse.pending("models"), "models", first)
    later = {"product_id": "pot", "updated_at": first + timedelta(days=1)}
    for batch, category, expected in (("b2", "home", ()), ("b3", "garden", (met,))):
        load(accept(batch, products=[later | {"category": category}]), settings)
        with open_warehouse(settings) as warehouse:
            changes = warehouse.pending("models")
            assert changes.recategorised_dates == expected
            warehouse.mark_built(changes, "models", first)
            if category == "garden":
                warehouse.remove(batch, first)
                assert warehouse.pending("models").recategorised_dates == (met,), "it is back in the old category"


def test_a_home_with_an_awkward_name_works(accept: Any, tmp_path: Path) -> None:
    home = load_settings(home=tmp_path / "it's [1] *; dröp — home")
    home.home.mkdir()
    (tmp_path / "home").symlink_to(home.home)
    assert load(accept("b1", events=TWO_DAYS), home).rows == {"events": 2}


def test_a_home_whose_name_is_a_pattern_for_its_neighbours_takes_its_own_rows(tmp_path: Path) -> None:
    """The accident: DuckDB read `x[1]/lake/...` as a pattern, and found the file of the home `x1`."""
    home, neighbour = (load_settings(home=tmp_path / name) for name in ("x[1]", "x1"))
    (tmp_path / "a.jsonl").write_text(
        '{"event_id": "ours", "event_type": "page_view", "event_timestamp": "2025-11-01T10:00:00Z", "user_id": "u"}\n'
    )
    validated = validate(land([tmp_path / "a.jsonl"], home), home)
    (ours,), (theirs,) = (
        Lake(own.lake_folder).accepted_files("events", validated.batch.batch_id) for own in (home, neighbour)
    )
    theirs.parent.mkdir(parents=True)
    rows = f"select * exclude range from read_parquet('{as_pattern(ours)}'), range(2)"
    changed = f"select * replace ('theirs' as event_id, date '2020-01-01' as event_date) from ({rows})"
    duckdb.execute(f"copy ({changed}) to '{theirs}' (format parquet)")
    with place(validated, home) as found:
        assert found.source.execute_query("select event_id from lake.events").rows == [("ours",)]
    load(validated, home)
    assert ask(home, "select event_id from raw.events") == [("ours",)]

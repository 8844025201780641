"""Each check of the contracts passes on a healthy batch and catches the fault that it is there for."""

import builtins
import dataclasses
import sys
from typing import Any

import duckdb
import pytest

from flows import contracts
from flows.contracts import judge
from flows.errors import LedgerError, WarehouseError
from flows.lake import Lake
from flows.receipts import Check
from flows.settings import Settings
from flows.sources import FORMATS
from flows.warehouse import open_warehouse
from tests.contracts.faults import FAULTS


def not_passed(checks: tuple[Check, ...]) -> list[tuple[str, str, str, str]]:
    return [(check.table, check.name, check.level, check.measured) for check in checks if not check.is_passed]


def test_a_healthy_batch_passes_every_check_and_each_says_what_it_measured(spoiled: Any, settings: Settings) -> None:
    checks = judge(spoiled(), settings)
    assert not_passed(checks) == []
    assert {check.table for check in checks} == {"events", "users", "products"}
    assert [check for check in checks if not check.measured] == []
    assert Check("events", "the batch has events", "stop", True, "1,000 rows") in checks


@pytest.mark.slow
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_caught_by_its_check_and_by_no_other(name: str, spoiled: Any, settings: Settings) -> None:
    fault, caught = FAULTS[name]
    assert not_passed(judge(spoiled(fault), settings)) == [caught]


def test_every_check_of_every_contract_has_a_fault_that_it_catches(spoiled: Any, settings: Settings) -> None:
    caught = {(table, name) for _, (table, name, _, _) in FAULTS.values()}
    by_counts = {("events", "few rows were refused"), ("events", "few rows are exact copies")}
    # A batch without users or products does not have their table at all, but for a file without any row.
    of_empty_files = {("users", "the batch has users"), ("products", "the batch has products")}
    same = {(table, "columns and types are those of the contract") for table in ("events", "users", "products")}
    assert {(c.table, c.name) for c in judge(spoiled(), settings)} == caught | by_counts | of_empty_files | same


def test_the_counts_of_the_manifest_are_judged(spoiled: Any, settings: Settings) -> None:
    checks = judge(spoiled(tables=("events",), quarantined=30, duplicates=70), settings)
    assert ("events", "few rows were refused", "warn", "2.73 %") in not_passed(checks)
    assert ("events", "few rows are exact copies", "warn", "6.36 %") in not_passed(checks)


@pytest.mark.parametrize("table", ["users", "products"])
def test_a_file_without_rows_of_users_or_products_is_a_warning(table: str, spoiled: Any, settings: Settings) -> None:
    checks = judge(spoiled(f"delete from {table}", tables=(table,)), settings)
    assert (table, f"the batch has {table}", "warn", "0 rows") in not_passed(checks)


def test_a_batch_without_events_is_a_warning(spoiled: Any, settings: Settings) -> None:
    checks = judge(spoiled(tables=("users",)), settings)
    assert not_passed(checks) == [("events", "the batch has events", "warn", "no file of events")]


def test_what_was_loaded_before_is_known(spoiled: Any, settings: Settings) -> None:
    with open_warehouse(settings) as warehouse:
        warehouse.load(spoiled(tables=("users", "products"), batch_id="b0"), Lake(settings.lake_folder), settings)
    assert not_passed(judge(spoiled(tables=("events",)), settings)) == []


def test_a_loaded_batch_is_known_also_where_its_run_was_killed_before_the_log_was_written_back(
    spoiled: Any, settings: Settings, tmp_path: Any
) -> None:
    with open_warehouse(settings) as warehouse:
        warehouse.load(spoiled(tables=("users", "products"), batch_id="b0"), Lake(settings.lake_folder), settings)
        kept = {path: path.read_bytes() for path in settings.home.glob("warehouse.duckdb*")}
    for path, content in kept.items():
        path.write_bytes(content)
    assert {path.suffix for path in kept} == {".duckdb", ".wal"}
    assert not_passed(judge(spoiled(tables=("events",)), settings)) == []


def test_a_warehouse_whose_maker_was_killed_before_it_had_tables_knows_of_nothing(
    spoiled: Any, settings: Settings
) -> None:
    """The accident: every later run ended with `schema "raw" does not exist`."""
    validated = spoiled()
    duckdb.connect(str(settings.warehouse_path)).close()
    assert not_passed(judge(validated, settings)) == []


def test_freshness_is_not_asked_of_a_history(spoiled: Any, settings: Settings) -> None:
    fault = "update events set event_date = date '2025-10-20' where event_id = 'e0'"
    checks = judge(spoiled(fault), settings)
    (freshness,) = [check for check in checks if "newest event" in check.name]
    assert (freshness.is_passed, freshness.measured) == (True, "skipped: the batch is a history of 15 days")


def test_what_a_format_lacks_by_its_nature_is_skipped_and_said(
    spoiled: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = dataclasses.replace(FORMATS["csv"], lacks={"currency": "no group", "events.order_id": "", "users": ""})
    monkeypatch.setitem(FORMATS, "csv", lacking)
    validated = spoiled("update events set currency = null, order_id = null", tables=("events", "products"))
    skipped = {c.name: c.measured for c in judge(validated, settings) if c.measured.startswith("skipped")}
    assert skipped == {
        "purchases have a currency": "skipped: csv does not tell currency",
        "refunds have a currency": "skipped: csv does not tell currency",
        "purchases have an order id": "skipped: csv does not tell order_id",
        "users of events are known": "skipped: csv does not tell users",
    }
    assert not_passed(judge(validated, settings)) == []


def test_a_field_that_only_one_of_two_formats_lacks_is_judged(
    spoiled: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FORMATS, "csv", dataclasses.replace(FORMATS["csv"], lacks={"currency": ""}))
    validated = spoiled("update events set currency = null")
    more = dataclasses.replace(validated.batch.files[0], name="more.jsonl", format="jsonl")
    both = dataclasses.replace(
        validated, batch=dataclasses.replace(validated.batch, files=(*validated.batch.files, more))
    )
    assert not_passed(judge(both, settings)) == [("events", "purchases have a currency", "warn", "100 % without")]


@pytest.mark.slow
def test_a_large_batch_is_searched_for_shared_ids_by_a_sample(spoiled: Any, settings: Settings) -> None:
    fault = """
        insert into events by name select * exclude i replace ('x' || i as event_id)
        from (from events limit 1), range(600_000) t(i);
        update events set event_id = 'x' || (i % 1000) from range(20_000) t(i) where event_id = 'x' || i
    """
    (shared,) = [check for check in judge(spoiled(fault), settings) if check.name == "events do not share their id"]
    assert not shared.is_passed
    assert 2.2 < float(shared.measured.split()[0]) < 4.2, "19,000 of 601,000 are 3.2 %"


def test_a_missing_file_of_the_lake_is_told(spoiled: Any, settings: Settings) -> None:
    validated = spoiled()
    Lake(settings.lake_folder).accepted_files("users", "b1")[0].unlink()
    with pytest.raises(LedgerError, match="users: 20 rows of batch b1 were accepted"):
        judge(validated, settings)


def test_a_warehouse_that_another_process_holds_is_told(spoiled: Any, settings: Settings) -> None:
    settings.home.mkdir(exist_ok=True)
    with duckdb.connect(str(settings.warehouse_path)), pytest.raises(WarehouseError, match="still open elsewhere"):
        judge(spoiled(), settings)


def test_a_contract_that_cannot_be_read_stops(
    spoiled: Any, settings: Settings, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for table in ("events", "users", "products"):
        (tmp_path / f"{table}.yml").write_text(f"dataset: shopflow/lake/{table}\n")
    monkeypatch.setattr(contracts, "FOLDER", tmp_path)
    told = not_passed(judge(spoiled(), settings))
    assert [(table, level) for table, _, level, _ in told] == [
        ("events", "stop"),
        ("users", "stop"),
        ("products", "stop"),
    ]


def test_a_check_that_could_not_be_evaluated_has_not_passed(
    spoiled: Any, settings: Settings, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Soda calls such a contract `ok`: only `is_passed` may be trusted."""
    (tmp_path / "users.yml").write_text(
        "dataset: shopflow/lake/users\n"
        "columns: [{name: user_id}]\n"
        "checks:\n"
        "  - metric:\n"
        "      name: nothing\n"
        "      expression: max(null::integer)\n"
        "      threshold: {must_be: 0}\n"
    )
    monkeypatch.setattr(contracts, "FOLDER", tmp_path)
    assert ("users", "nothing", "stop", "not evaluated: soda does not say why") in not_passed(
        judge(spoiled(tables=("users",)), settings)
    )


def test_without_soda_the_only_check_is_a_warning(
    spoiled: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "flows.contracts.verdict", raising=False)
    really = builtins.__import__

    def without_soda(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("soda"):
            raise ModuleNotFoundError(f"No module named '{name}'")
        return really(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_soda)
    contracts.warm(settings)
    assert judge(spoiled(), settings) == (Check("", "contracts not judged: soda is not installed", "warn", False),)


def test_what_another_batch_of_the_landing_tells_is_known(spoiled: Any, settings: Settings) -> None:
    beside = [spoiled(tables=("users",), batch_id="b0"), spoiled(tables=("products",), batch_id="b2")]
    events = spoiled(tables=("events",))
    assert {name for _, name, _, _ in not_passed(judge(events, settings))} == {
        "products of events are known",
        "users of events are known",
    }
    assert not_passed(judge(events, settings, beside)) == []
    assert not_passed(judge(beside[0], settings, [events])) == [], "the landing has events"


def test_a_batch_of_empty_files_beside_others_is_borne(spoiled: Any, settings: Settings) -> None:
    empty = spoiled("delete from events", tables=("events",), batch_id="b0")
    assert not_passed(judge(empty, settings, [spoiled()])) == []
    assert [level for _, _, level, _ in not_passed(judge(empty, settings, [spoiled(tables=("users",))]))] == ["stop"]


def test_freshness_is_asked_of_the_newest_batch_of_a_landing_alone(spoiled: Any, settings: Settings) -> None:
    old = "update events set event_timestamp = event_timestamp - interval 4 day, "
    old += "received_at = received_at - interval 4 day, event_date = event_date - 4"
    older = spoiled(old, batch_id="b0")
    freshness = "the newest event is not old when it is landed"
    assert freshness in {name for _, name, _, _ in not_passed(judge(older, settings))}
    checks = judge(older, settings, [spoiled()])
    assert not_passed(checks) == []
    assert [check.measured for check in checks if check.name == freshness] == [
        "skipped: another batch of the landing has later days"
    ]
    (told,) = [c for c in judge(spoiled(), settings, [older]) if c.name == freshness]
    assert not told.measured.startswith("skipped")

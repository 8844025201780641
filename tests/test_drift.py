"""The columns of records, contracts and dbt sources are the same: both differences are listed, in both directions."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
import yaml

from flows.records import RECORDS, columns
from flows.settings import PROJECT
from flows.warehouse.tables import raw_fields

CONTRACTS = PROJECT / "flows" / "contracts"
MODELS = PROJECT / "transforms" / "models"
MACROS = PROJECT / "transforms" / "macros"
ORIGIN = ["batch_id", "source_file"]

# How a contract may call a column's type: Soda's portable words, which it knows on both engines.
CONTRACT_TYPES = {
    "VARCHAR": {"string", "varchar", "text"},
    "BIGINT": {"integer", "bigint", "int64"},
    "BOOLEAN": {"boolean", "bool"},
    "DATE": {"date"},
    "TIMESTAMP": {"timestamp"},
    "DECIMAL(18,4)": {"numeric", "decimal", "decimal(18,4)"},
}


def expected(table: str) -> dict[str, str]:
    """The columns of a raw table in order, with their types, as the records and the load step's rule say."""
    record = RECORDS[table]
    named = {column.name: column.kind.duckdb for column in columns(record)}
    if "event_date" in record.key:
        named["event_date"] = "DATE"
    return {**named, **dict.fromkeys(ORIGIN, "VARCHAR")}


def differences(expected: Iterable[str], found: Iterable[str], where: str) -> list[str]:
    """What is missing in `found` and what is only there, one line each."""
    wanted, seen = list(expected), list(found)
    missing = [name for name in wanted if name not in seen]
    unknown = [name for name in seen if name not in wanted]
    lines = []
    if missing:
        lines.append(f"{where} lacks {', '.join(missing)}")
    if unknown:
        lines.append(f"{where} alone has {', '.join(unknown)}")
    if not lines and wanted != seen:
        lines.append(f"{where} has the same columns in another order: {', '.join(seen)}")
    return lines


def contract(table: str) -> Mapping[str, Any]:
    return yaml.safe_load((CONTRACTS / f"{table}.yml").read_text("utf-8"))


def source(table: str) -> Mapping[str, Any]:
    content = yaml.safe_load((MODELS / "staging" / "sources.yml").read_text("utf-8"))
    (raw,) = content["sources"]
    return next(found for found in raw["tables"] if found["name"] == table)


def test_every_record_has_a_contract_and_a_dbt_source_and_no_other_exists() -> None:
    (raw,) = yaml.safe_load((MODELS / "staging" / "sources.yml").read_text("utf-8"))["sources"]
    found = differences(sorted(RECORDS), sorted(path.stem for path in CONTRACTS.glob("*.yml")), "flows/contracts")
    found += differences(sorted(RECORDS), sorted(table["name"] for table in raw["tables"]), "sources.yml")
    assert found == []


@pytest.mark.parametrize("table", RECORDS)
def test_records_contracts_and_dbt_sources_have_the_same_columns(table: str) -> None:
    found = differences(expected(table), [c["name"] for c in contract(table)["columns"]], f"contracts/{table}.yml")
    found += differences(expected(table), [c["name"] for c in source(table)["columns"]], f"sources.yml: {table}")
    assert found == []


@pytest.mark.parametrize("table", RECORDS)
def test_the_warehouse_and_the_lake_have_the_columns_and_types_of_the_records(table: str) -> None:
    fields = {field.name: field.duckdb for field in raw_fields(table)}
    assert differences(expected(table), fields, f"raw_fields({table})") == []
    assert fields == expected(table)


@pytest.mark.parametrize("table", RECORDS)
def test_types_are_the_same_where_a_contract_or_a_source_states_them(table: str) -> None:
    types = expected(table)
    wrong = []
    for where, stated in (("contract", contract(table)["columns"]), ("source", source(table)["columns"])):
        for column in stated:
            said, wanted = str(column.get("data_type", "")).lower(), types[column["name"]]
            if said and said not in CONTRACT_TYPES[wanted]:
                wrong.append(f"{where}: {column['name']} is {said}, the record says {wanted}")
    assert wrong == []


@pytest.mark.parametrize("table", RECORDS)
def test_dbt_sources_say_what_the_records_say(table: str) -> None:
    record, told = RECORDS[table], source(table)
    said = {column["name"]: column.get("description") for column in told["columns"]}
    assert told["description"] == record.one_row_is
    assert {column.name: said[column.name] for column in columns(record)} == {
        column.name: column.description for column in columns(record)
    }


def test_the_models_list_of_event_columns_is_the_records() -> None:
    named = re.findall(r"'(\w+)'", (MACROS / "event_columns.sql").read_text("utf-8"))
    without_origin = [name for name in expected("events") if name not in ORIGIN]
    assert differences(without_origin, named, "event_columns.sql") == []


def test_every_mart_has_one_row_is_and_a_described_and_typed_list_of_columns() -> None:
    """The marts' contracts are enforced, so dbt itself refuses a built table whose columns differ from this list."""
    project = yaml.safe_load((PROJECT / "transforms" / "dbt_project.yml").read_text("utf-8"))
    assert project["models"]["shopflow"]["marts"]["+contract"] == {"enforced": True}
    lacking = []
    for path in sorted((MODELS / "marts").glob("*.sql")):
        (model,) = yaml.safe_load(path.with_suffix(".yml").read_text("utf-8"))["models"]
        if not re.match(r"one row is", model.get("description", ""), re.IGNORECASE):
            lacking.append(f"{path.stem}: does not begin with 'One row is'")
        lacking += [
            f"{path.stem}.{column['name']}: no {word}"
            for column in model["columns"]
            for word in ("description", "data_type")
            if not column.get(word)
        ]
    assert lacking == []


def test_both_directions_of_a_difference_are_listed() -> None:
    assert differences(["a", "b", "c"], ["a", "d"], "here") == ["here lacks b, c", "here alone has d"]
    assert differences(["a", "b"], ["b", "a"], "here") == ["here has the same columns in another order: b, a"]
    assert differences(["a", "b"], ["a", "b"], "here") == []

"""What makes a model another one: all that its rows follow from, however far away it stands, and nothing else."""

from types import SimpleNamespace as Some
from typing import Any

import pytest

from flows.differences.models import Model, models_of


def node(name: str, kind: str = "model", **told: Any) -> Some:
    config = {"materialized": "table", "schema": "marts", "tags": told.pop("tags", []), **told.pop("config", {})}
    return Some(
        name=name,
        resource_type=kind,
        raw_code=told.pop("raw_code", "select 1"),
        relation_name=f"marts.{name}",
        config=Some(**config, where=told.pop("where", None), to_dict=lambda omit_none: config),
        columns={"id": Some(name="id", data_type=told.pop("data_type", "int64"), constraints=[])},
        contract=Some(enforced=told.pop("enforced", True)),
        description=told.pop("description", ""),
        depends_on=Some(nodes=told.pop("reads", []), macros=told.pop("macros", ["macro.money"])),
        **told,
    )


def manifest(*nodes: Some, rounds: str = "round", table: str = "create", raw: str = "raw.events") -> Some:
    macros = {"macro.money": ("cast", ["macro.rounds"]), "macro.rounds": (rounds, [])}
    macros |= {"macro.dbt.materialization_table_default": (table, []), "macro.unused": (rounds + table, [])}
    return Some(
        nodes={f"{each.resource_type}.{each.name}": each for each in nodes},
        macros={key: Some(macro_sql=sql, depends_on=Some(macros=calls)) for key, (sql, calls) in macros.items()},
        sources={"source.events": Some(relation_name=raw)},
    )


def told(of: Some) -> str:
    return models_of(of)["fct_a"].told


BEFORE = told(manifest(node("fct_a", reads=["source.events"])))


@pytest.mark.parametrize(
    "other",
    [
        manifest(node("fct_a", reads=["source.events"], raw_code="select 2")),
        manifest(node("fct_a", reads=["source.events"], config={"materialized": "view"})),
        manifest(node("fct_a", reads=["source.events"], config={"meta": {"days": [0, 1]}})),
        manifest(node("fct_a", reads=["source.events"], data_type="string")),
        manifest(node("fct_a", reads=["source.events"]), raw="other.events"),
        manifest(node("fct_a", reads=["source.events"]), rounds="another way, called by what the model calls"),
        manifest(node("fct_a", reads=["source.events"]), table="another way to make a table"),
    ],
    ids=["text", "materialization", "meta", "contract", "source", "macro of a macro", "how tables are made"],
)
def test_it_is_another_model_by(other: Some) -> None:
    assert told(other) != BEFORE


@pytest.mark.parametrize("aside", [{"description": "other words"}, {"tags": ["daily"]}], ids=["description", "tags"])
def test_it_is_the_same_model_whatever_is_said_of_it(aside: dict[str, Any]) -> None:
    assert told(manifest(node("fct_a", reads=["source.events"], **aside))) == BEFORE


def test_parents_are_models_and_a_key_is_the_shortest_that_a_test_of_all_rows_states() -> None:
    def test(name: str, kind: str, where: str | None = None, **given: Any) -> Some:
        of = {"attached_node": "model.fct_a", "test_metadata": Some(name=kind, kwargs=given)}
        return node(name, "test", where=where, **of)

    found = models_of(
        manifest(
            node("int_a", config={"schema": "intermediate"}),
            node("fct_a", reads=["model.int_a", "source.events"]),
            test("t1", "unique_together", columns=["day", "channel"]),
            test("t2", "unique_together", columns=["day", "channel", "country"]),
            test("t3", "unique", where="day > 1", column_name="day"),
            test("t4", "not_null", column_name="day"),
        )
    )
    assert found["int_a"] == Model("int_a", told=found["int_a"].told)
    assert found["fct_a"] == Model("fct_a", frozenset({"int_a"}), found["fct_a"].told, ("day", "channel"), True)

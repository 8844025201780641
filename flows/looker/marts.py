"""What the dbt manifest knows of the marts: columns and types by the contracts, keys and joins by the tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Column:
    """A column; `kind` is the contract's type in small letters, such as `numeric(18,4)`."""

    name: str
    kind: str
    description: str


@dataclass(frozen=True)
class Join:
    """What a relationships test promises: each value of `column` stands once in column `field` of mart `to`."""

    column: str
    to: str
    field: str


@dataclass(frozen=True)
class Mart:
    """A mart. `key` are the columns that a test of uniqueness names, all together; empty where there is none."""

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    joins: tuple[Join, ...] = ()


def marts_of(manifest: Any) -> list[Mart]:
    """The marts of dbt's manifest, by name; staging and intermediate models are nobody's to read.

    A join is told only to a mart whose key the field is: only there are rows not multiplied.
    """
    tests = [node for node in manifest.nodes.values() if getattr(node, "attached_node", None)]
    models = {
        key: node
        for key, node in manifest.nodes.items()
        if node.resource_type == "model" and Path(node.path).parts[0] == "marts"
    }
    keys = {key: _key([test for test in tests if test.attached_node == key]) for key in models}
    names = {model.name: keys[key] for key, model in models.items()}
    found = []
    for key, model in models.items():
        columns = tuple(
            Column(column.name, str(column.data_type).lower(), _one_line(column.description))
            for column in model.columns.values()
        )
        joins = _joins([test for test in tests if test.attached_node == key], models)
        joins = [join for join in joins if names[join.to] == (join.field,)]
        found.append(Mart(model.name, _one_line(model.description), columns, keys[key], tuple(joins)))
    return sorted(found, key=lambda mart: mart.name)


def _key(tests: list[Any]) -> tuple[str, ...]:
    """The narrowest of the keys; of two as narrow ones the first by name, whatever the files' order."""
    keys = []
    for test in tests:
        about = _about(test)
        if test.test_metadata.name == "unique":
            keys.append((test.column_name,))
        elif test.test_metadata.name == "unique_together":
            keys.append(tuple(about["columns"]))
    return min(keys, key=lambda key: (len(key), key), default=())


def _joins(tests: list[Any], models: dict[str, Any]) -> list[Join]:
    found = []
    for test in tests:
        if test.test_metadata.name != "relationships":
            continue
        other = [key for key in test.depends_on.nodes if key != test.attached_node and key in models]
        found += [Join(test.column_name, models[key].name, _about(test)["field"]) for key in other]
    return sorted(found, key=lambda join: (join.to, join.column))


def _about(test: Any) -> dict[str, Any]:
    given = dict(test.test_metadata.kwargs)
    return {**given, **given.get("arguments", {})}


def _one_line(text: Any) -> str:
    return " ".join(str(text or "").split())

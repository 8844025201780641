"""dbt's manifest as what a comparison needs of it: each model's parents, its key, and all that makes its rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# What a config says about a model, and not about its rows.
ASIDE = {"tags", "docs", "group", "labels", "persist_docs"}
KEYS = {"unique": "column_name", "unique_together": "columns"}  # tests that state a key, and where they do


@dataclass(frozen=True)
class Model:
    """One model. `told` is everything that its rows follow from, beside its parents: the same text, the same rows.

    `key` is the columns that its tests hold to be unique together, the shortest of them; empty where there are none.
    """

    name: str
    parents: frozenset[str] = frozenset()
    told: str = ""
    key: tuple[str, ...] = ()
    is_mart: bool = False


def models_of(manifest: Any) -> dict[str, Model]:
    """Every model of a manifest, by its name."""
    names = {key: node.name for key, node in manifest.nodes.items() if node.resource_type == "model"}
    keys = _keys(manifest)
    return {
        name: Model(
            name,
            frozenset(names[key] for key in manifest.nodes[unique_id].depends_on.nodes if key in names),
            _told(manifest.nodes[unique_id], manifest),
            keys.get(unique_id, ()),
            manifest.nodes[unique_id].config.schema == "marts",
        )
        for unique_id, name in names.items()
    }


def _told(node: Any, manifest: Any) -> str:
    """What dbt calls modified, less what only describes: text, config, place, contract, sources, macros."""
    config = {name: value for name, value in node.config.to_dict(omit_none=True).items() if name not in ASIDE}
    columns = [(column.name, column.data_type, str(column.constraints)) for column in node.columns.values()]
    sources = [manifest.sources[key].relation_name for key in node.depends_on.nodes if key in manifest.sources]
    macros = {key: manifest.macros[key].macro_sql for key in sorted(_macros(node, manifest.macros))}
    contract = columns if node.contract.enforced else []
    return json.dumps([node.raw_code, config, node.relation_name, contract, sources, macros], default=str)


def _macros(node: Any, known: Mapping[str, Any]) -> set[str]:
    """The macros that a node calls, and those that they call. dbt does not count the one that makes the table."""
    made_by = f".materialization_{node.config.materialized}_"
    waiting = [*node.depends_on.macros, *(key for key in known if made_by in key)]
    found: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key in known and key not in found:
            found.add(key)
            waiting += known[key].depends_on.macros
    return found


def _keys(manifest: Any) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for unique_id, columns in _stated(manifest):
        if unique_id not in found or len(columns) < len(found[unique_id]):
            found[unique_id] = columns
    return found


def _stated(manifest: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    for _, node in sorted(manifest.nodes.items()):
        about = getattr(node, "test_metadata", None)
        if about is None or about.name not in KEYS or node.config.where:
            continue
        columns = about.kwargs[KEYS[about.name]]
        yield node.attached_node, (columns,) if isinstance(columns, str) else tuple(columns)

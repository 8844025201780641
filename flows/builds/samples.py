"""Failing tests and some of their failing rows, without what could tell who somebody is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from flows.receipts import Node

ROWS = 5
# Texts that say something of a shop and nothing of a person. All others could be an id, a name, what was searched for.
TELLING = {
    *("batch_id", "brand", "category", "channel", "country", "currency", "device_type", "event_type", "funnel_step"),
    *("mart", "period_type", "product_id", "source_file", "step", "table_name"),
}


def with_sql(nodes: Sequence[Node], outcome: Any) -> tuple[Node, ...]:
    """The nodes, each test that found rows with the question that finds them, from dbt's outcome."""
    results = getattr(outcome.result, "results", None) or ()
    found = {result.node.name: result.node.compiled_code for result in results if result.failures}
    return tuple(
        replace(node, sql=found.get(node.name) or "") if node.kind == "test" and node.failures else node
        for node in nodes
    )


def samples(nodes: Sequence[Node], ask: Callable[[str], list[dict[str, Any]]]) -> Iterator[tuple[Node, dict[str, Any]]]:
    """Some of each test's failing rows, as they are now; `ask` gives the rows of a question."""
    for node in nodes:
        if node.sql:
            for row in ask(f"select * from ({node.sql}) as failing limit {ROWS}"):
                yield node, {column: _shown(column, value) for column, value in row.items()}


def _shown(column: str, value: object) -> object:
    is_hidden = isinstance(value, str | bytes | list | dict) and column not in TELLING
    return "…" if is_hidden else value if value is None or isinstance(value, int | float | bool) else str(value)

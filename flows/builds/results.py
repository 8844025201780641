"""dbt's events as nodes, and a failed build as one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from flows.receipts import Billed, Node

FAILED = ("error", "fail", "runtime error")
# What a macro logs of a question beside the main statement of its node (transforms/macros/dialect/is_listed.sql).
ASKED = "asked beside: "


class Listener:
    """dbt's callback: turns its events into nodes, in the order in which they end.

    `tell` gets each node as it ends, in dbt's thread; if it raises, the build goes on. `rows_in` says how many rows a
    relation has, for a warehouse whose answers do not tell.
    """

    HEARD = ("NodeFinished", "JinjaLogDebug")  # the names of the events that it takes

    def __init__(self, tell: Callable[[Node], None] | None, rows_in: Callable[[str], int | None]) -> None:
        self.nodes: list[Node] = []
        self._tell, self._rows_in = tell, rows_in
        self._asked: dict[str, Billed] = {}

    def __call__(self, event: Any) -> None:
        """Take one event; anything but the end of a node, and what a node asked before, is passed over."""
        if event.info.name == "JinjaLogDebug" and event.data.msg.startswith(ASKED):
            told, asking = json.loads(event.data.msg.removeprefix(ASKED)), event.data.node_info.node_name
            self._asked[asking] = self._asked.get(asking, Billed()) + _job(told)
        if event.info.name != "NodeFinished":
            return
        node = self._node(event.data.node_info, event.data.run_result)
        self.nodes.append(node)
        if self._tell is not None:
            with suppress(Exception):
                self._tell(node)

    def _node(self, info: Any, result: Any) -> Node:
        is_test = info.resource_type == "test"
        return Node(
            name=info.node_name,
            kind=info.resource_type,
            status=result.status,
            seconds=round(result.execution_time, 3),
            rows=None if is_test or result.status != "success" else self._rows(info, result),
            failures=result.num_failures if is_test and result.status in ("pass", "warn", "fail") else None,
            message="" if result.status in ("success", "pass") else " ".join(result.message.split()),
            billed=_billed(result.adapter_response) + self._asked.pop(info.node_name, Billed()),
        )

    def _rows(self, info: Any, result: Any) -> int | None:
        if info.materialized == "view":
            return None
        if "rows_affected" in result.adapter_response:
            return int(result.adapter_response["rows_affected"])
        return self._rows_in(info.node_relation.relation_name)


def _billed(response: Any) -> Billed:
    """What a node's own job has cost, where the adapter tells of one; those that only ask for columns cost nothing."""
    if "job_id" not in response:
        return Billed()
    return _job(response)


def _job(told: Any) -> Billed:
    return Billed(1, *(int(told[name] or 0) if name in told else 0 for name in ("bytes_billed", "slot_ms")))


def explain(outcome: Any, nodes: Sequence[Node]) -> str:
    """Why a build failed, in one sentence, from dbt's outcome and the nodes that ended."""
    results = getattr(outcome.result, "results", None) or ()
    sql_at = next((result.node.compiled_path for result in results if result.status in FAILED), None)
    if any(node.status in FAILED for node in nodes):
        return sentence(nodes, sql_at)
    return f"dbt could not build: {' '.join(str(outcome.exception or 'it did not say why').split())}"


def sentence(nodes: Sequence[Node], sql_at: str | None = None) -> str:
    """The first node that failed and its words, how many others, where its SQL lies.

    >>> sentence([Node("fct_orders", "model", "error", 0.1, message="no such table"), Node("x", "test", "skipped", 0)])
    'model fct_orders: no such table (1 of 2 nodes failed, 1 skipped)'
    """
    failed = [node for node in nodes if node.status in FAILED]
    skipped = sum(node.status == "skipped" for node in nodes)
    counts = f"{len(failed)} of {len(nodes)} nodes failed, {skipped} skipped"
    where = f"; its SQL is in {sql_at}" if sql_at else ""
    return f"{failed[0].kind} {failed[0].name}: {failed[0].message} ({counts}{where})"

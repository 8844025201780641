"""What a run leaves in Prefect's UI: a summary, and tables of receipts, dbt nodes, contract checks and refused rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from itertools import chain
from typing import Any

from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.logging import get_run_logger

from flows.alerts import runbook
from flows.literal import for_markdown
from flows.receipts import Check, Node, Receipt
from flows.story import Story
from flows.summary import billed_lines, line_of, lines, top_reasons

Row = dict[str, Any]


class Markdown(str):
    """A text of our own, which the UI is to read as Markdown."""


CALM = {"warn": 1, "skipped": 2, "success": 3, "pass": 3}  # what is not here went wrong, and stands on top


def write(story: Story) -> None:
    """Write the artifacts of a run. Failing to write one is a warning in the log, never a failed run."""
    _attempt("summary", lambda: create_markdown_artifact(markdown(story), key="summary", description="What came of it"))
    for key, description, rows in tables(story):
        if rows:
            _attempt(key, partial(_write_table, key, description, rows))
    if any(node.sql for node in story.nodes):
        told = "Some rows of each failing test, without texts that could tell who somebody is"
        _attempt("failing-rows", lambda: _write_table("failing-rows", told, failing_rows(story)))


def _write_table(key: str, description: str, rows: list[Row]) -> None:
    shown = [{column: _cell(value) for column, value in row.items()} for row in rows]
    create_table_artifact(shown, key=key, description=description)


def _attempt(key: str, write_it: Any) -> None:
    try:
        write_it()
    except Exception as error:
        get_run_logger().warning("the artifact %s was not written: %s", key, error)


def markdown(story: Story) -> str:
    """The summary as Markdown: the same lines as the command line's table, then the steps."""
    verdict = "failed" if story.error else "degraded" if story.warnings() else "completed"
    about = f"Batch {story.batch_id}" if story.batch_id else "No batch"
    parts = [f"# {about if story.batches == 1 else f'{story.batches} batches'}: {verdict}"]
    if story.error:
        parts.append(f"> {for_markdown(str(story.error))}")
    if entries := list(runbook.of_story(story)):
        parts.append(f"What to do: {', '.join(entries)}")
    found, before = ["| | |", "|---|---|"], ""
    billed = (("Billed", told) for told in billed_lines(story.receipts, story.settings))
    for label, text in chain(lines(story), billed):
        found.append(f"| {'' if label == before else f'**{label}**'} | {for_markdown(text)} |")
        before = label
    steps = ["| step | verdict | seconds | |", "|---|---|---|---|"]
    steps += [
        f"| {_step(r, story)} | {r.verdict} | {r.seconds:.2f} | {for_markdown(line_of(r))} |" for r in story.receipts
    ]
    return "\n\n".join([*parts, "\n".join(found), "## Steps", "\n".join(steps)])


def tables(story: Story) -> Iterator[tuple[str, str, list[Row]]]:
    """Key, description and rows of each table."""
    yield "receipts", "What each step took, gave and cost", [_receipt(receipt, story) for receipt in story.receipts]
    nodes = sorted(story.nodes, key=lambda node: (CALM.get(node.status, 0), node.kind, node.name))
    yield "dbt-nodes", "What dbt did with each model and test", [_node(node) for node in nodes]
    checks = sorted(story.checks, key=lambda check: (check.is_passed, check.table, check.name))
    yield "contract-checks", "What the contracts asked of the batch", [_check(check, story) for check in checks]
    reasons = top_reasons(story.validated) if story.validated else []
    yield "refused-rows", "Why rows were refused", [{"reason": reason, "rows": rows} for reason, rows in reasons]
    yield "refused-files", "Files that could not be used", [asdict(file) for file in story.refused_files]
    broken = story.refreshed.broken if story.refreshed else ()
    yield "looker-content", "What Looker finds broken in its content", [asdict(each) for each in broken]
    copies = story.collected.copies if story.collected else ()
    yield "copies", "Files of the inbox whose content is known", [{"path": c.path, "what": c.reason} for c in copies]


def failing_rows(story: Story) -> list[Row]:
    """Some of the rows that each failing test found, as the warehouse has them now. Raises as `open_warehouse`."""
    from flows.builds import samples
    from flows.warehouse import open_warehouse

    with open_warehouse(story.settings) as warehouse:
        return [
            {"test": node.name, "failing rows": node.failures, "one of them": json.dumps(row, ensure_ascii=False)}
            for node, row in samples(story.nodes, warehouse.query)
        ]


# The UI makes each column as wide as its widest cell: what is short comes first.
def _node(node: Node) -> Row:
    columns = ("status", "kind", "seconds", "rows", "failures", "name", "message")
    billed = {"bytes billed": node.billed.bytes} if node.billed else {}
    return billed | {column: getattr(node, column) for column in columns}


def _check(check: Check, story: Story) -> Row:
    row: Row = {
        "outcome": "passed" if check.is_passed else "did not pass",
        "level": check.level,
        "table": check.table,
        "measured": check.measured,
        "name": check.name,
    }
    if all(each.is_passed for each in story.checks):
        return row
    return row | {"what to do": Markdown(runbook.of_check(check, story.settings))}


def _step(receipt: Receipt, story: Story) -> str:
    return f"{receipt.step} {receipt.batch_id}" if story.batches > 1 and receipt.batch_id else receipt.step


def _receipt(receipt: Receipt, story: Story) -> Row:
    row = {name: value for name, value in asdict(receipt).items() if name not in ("run_id", "batch_id", "detail")}
    return {
        **row,
        "step": _step(receipt, story),
        "started_at": f"{receipt.started_at:%H:%M:%S}",
        "detail": json.dumps(receipt.detail, default=str),
    }


def _cell(value: Any) -> Any:
    """The UI reads the text in the cells of its tables as Markdown, too."""
    return for_markdown(value) if isinstance(value, str) and not isinstance(value, Markdown) else value

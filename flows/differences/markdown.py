"""A comparison as Markdown, short enough for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flows.differences.found import Difference, MartDifference
from flows.literal import for_markdown

HEAD = ("mart", "rows", "added", "removed", "changed", "columns that changed, in how many rows", "schema")


def markdown(found: Difference) -> str:
    """The whole comparison: what was built from what, a line for each mart that differs, and those that do not."""
    return "\n".join(_lines(found))


def _lines(found: Difference) -> Iterator[str]:
    since = f"{_code(found.base.name)} ({found.base.short})"
    yield f"### What the marts would be, compared with {since}"
    yield ""
    if found.is_untouched:
        yield f"No file of transforms/ differs from {since}: nothing was built."
        return
    if not found.selection:
        yield "Only descriptions, tests or layout of the models differ, nothing that makes rows: nothing was built."
        return
    for label, names in (
        ("Changed models", found.selection.changed),
        ("New models", found.selection.added),
        ("Removed models", found.selection.removed),
        ("What hangs on them", found.selection.downstream),
    ):
        if names:
            yield f"- {label}: {_codes(names)}"
    yield f"- Built from {for_markdown(found.rows)}, before and after."
    yield ""
    if differing := [mart for mart in found.marts if mart.state != "same"]:
        yield _row(HEAD)
        yield _row(("---", *("---:",) * 4, "---", "---"))
        yield from (_row(_cells(mart)) for mart in differing)
    else:
        yield "No mart differs."
    if differing and (same := [mart.mart for mart in found.marts if mart.state == "same"]):
        yield ""
        yield f"Built, and the same row for row: {_codes(same)}"


def _cells(mart: MartDifference) -> Sequence[str]:
    if mart.state in ("new", "removed"):
        there = mart.rows_after if mart.rows_before is None else mart.rows_before
        return (_code(mart.mart), _number(there), "", "", "", "", f"{mart.state} mart")
    rows = _number(mart.rows_after)
    if mart.rows_after != mart.rows_before:
        rows = f"{_number(mart.rows_before)} → {rows}"
    counts = [_number(count) for count in (mart.rows_added, mart.rows_removed, mart.rows_changed)]
    columns = sorted(mart.columns.items(), key=lambda each: (-each[1], each[0]))
    told = ", ".join(f"{_code(name)} {_number(count)}" for name, count in columns if count)
    return (_code(mart.mart), rows, *counts, told, "; ".join(_schema(mart)))


def _schema(mart: MartDifference) -> Iterator[str]:
    yield from (f"+ {_code(name)} {for_markdown(kind)}" for name, kind in mart.columns_added.items())
    yield from (f"− {_code(name)}" for name in mart.columns_removed)
    yield from (
        f"{_code(name)} {for_markdown(before)} → {for_markdown(after)}"
        for name, (before, after) in mart.columns_retyped.items()
    )
    if mart.note:
        yield for_markdown(mart.note)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _codes(names: Sequence[str]) -> str:
    return ", ".join(_code(name) for name in names)


def _code(name: str) -> str:
    shown = name.replace("`", "'").replace("|", "/")
    return f"`{shown}`"


def _number(rows: int | None) -> str:
    return f"{rows or 0:,}"

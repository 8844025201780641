"""docs/parity.md: each section is written by the test that it tells of, and held to it afterwards."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence

from flows.settings import PROJECT
from tests.bigquery.pair import Compared

PAGE = PROJECT / "docs" / "parity.md"
IS_WRITING = bool(os.environ.get("SHOPFLOW_TEST_WRITE_PARITY"))


def tell(title: str, *paragraphs: str) -> None:
    """Raise AssertionError if the page says something else under this title; `make parity` writes it there instead."""
    section = "\n\n".join([f"## {title}", *paragraphs]) + "\n"
    page = PAGE.read_text()
    found = re.search(rf"^## {re.escape(title)}$.*?(?=^## |\Z)", page, re.DOTALL | re.MULTILINE)
    assert found, f"{PAGE} has no section `{title}`"
    if IS_WRITING:
        PAGE.write_text(page[: found.start()] + section + ("\n" if page[found.end() :] else "") + page[found.end() :])
    else:
        assert found[0].strip() == section.strip()


def table(columns: Mapping[str, Sequence[Compared]]) -> str:
    """What was compared, a line for each table: under each heading its rows, and in the last column the differences."""
    names = [each.table for each in next(iter(columns.values()))]
    lines = ["| " + " | ".join(["table", *columns, "differences"]) + " |", "| --- " * (len(columns) + 2) + "|"]
    for at, name in enumerate(names):
        theirs = [compared[at] for compared in columns.values()]
        differences = sum(len(each.differences) for each in theirs)
        lines.append(
            "| " + " | ".join([f"`{name}`", *(f"{each.rows:,}" for each in theirs), f"{differences:,}"]) + " |"
        )
    return "\n".join(lines)

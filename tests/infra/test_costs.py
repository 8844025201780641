"""The arithmetic of infra/README.md gives the dollars that stand beside it."""

from __future__ import annotations

import re

from flows.settings import PROJECT

EVENTS = (10_000, 1_000_000, 50_000_000)
KNOWN = {"gib": 2**30, "tib": 2**40, "month_seconds": 2_628_000, "max": max}


def tables() -> tuple[dict[str, float], list[tuple[str, str, list[float]]], list[float]]:
    """Prices and quantities by their names, the rows of the table of costs, and its sums."""
    page = (PROJECT / "infra/README.md").read_text("utf-8").split("## What it costs")[1]
    named = {name: float(value) for name, value in re.findall(r"^\| `(\w+)` \| ([\d.e-]+) \|", page, re.MULTILINE)}
    cells = re.findall(r"^\| ([^|]+) \| `([^`]+)` \| ([\d,.]+) \| ([\d,.]+) \| ([\d,.]+) \|", page, re.MULTILINE)
    rows = [(name, formula, [float(each.replace(",", "")) for each in dollars]) for name, formula, *dollars in cells]
    sums = [float(each.replace(",", "")) for each in re.findall(r"\*\*([\d,.]+)\*\*", page)]
    return named, rows, sums


def test_each_row_is_what_its_arithmetic_gives() -> None:
    named, rows, _ = tables()
    for name, formula, dollars in rows:
        given = [round(float(eval(formula, {"__builtins__": {}}, KNOWN | named | {"events": n})), 2) for n in EVENTS]
        assert (name, given) == (name, dollars)
    assert len(rows) > 10


def test_the_sums_add_up() -> None:
    _, rows, sums = tables()
    assert [round(sum(dollars[at] for _, _, dollars in rows), 2) for at in range(3)] == sums


def test_every_price_and_quantity_is_used() -> None:
    named, rows, _ = tables()
    assert set(named) - set(re.findall(r"\w+", " ".join(formula for _, formula, _ in rows))) == set()

"""The registry of definitions, `metrics.yml`: what a number is called and what it counts, the same on every page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

REGISTRY = Path(__file__).with_name("metrics.yml")


@dataclass(frozen=True)
class Metric:
    """A definition. `columns` are `mart.column`, or `ops.table.column` of the ledger; `unit` and `measure`
    are as the file says."""

    name: str
    label: str
    text: str
    grain: str
    unit: str
    columns: tuple[str, ...]
    measure: str = ""

    def help(self, zone: str) -> str:
        """What a tile says when it is asked: the definition, what it can be told by, and whose days these are."""
        return f"{self.text}\n\nTold by {self.grain}. Days of {zone}."


@cache
def metrics() -> dict[str, Metric]:
    """All definitions, by name. The file is read once, when the first of them is asked for."""
    found = yaml.safe_load(REGISTRY.read_text("utf-8"))
    return {name: Metric(name, **told | {"columns": tuple(told["columns"])}) for name, told in found.items()}

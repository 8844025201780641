"""One shop on both targets: the same files go through every step of the pipeline, and the marts are compared."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.builds import fingerprint
from flows.builds.command import TRANSFORMS
from flows.contracts import judge
from flows.generate import generate
from flows.kpis import Kpis, read_kpis
from flows.land import land
from flows.load import load
from flows.publish import publish
from flows.receipts import Batch, Built, Check, Validated
from flows.settings import Settings
from flows.transform import transform
from flows.validate import validate
from flows.warehouse import open_warehouse

MARTS = sorted(f"marts.{path.stem}" for path in (TRANSFORMS / "models" / "marts").glob("*.sql"))
Rows = Counter[tuple[tuple[str, Any], ...]]


@dataclass(frozen=True)
class Passed:
    """What one batch came to on one target."""

    validated: Validated
    checks: tuple[Check, ...]
    built: Built
    kpis: Kpis | None


def two_batches(folder: Path) -> tuple[list[Path], list[Path]]:
    """A shop with every fault that has a name, in two batches: the second has late rows of every day, out of order, and
    copies of rows of the first."""
    made = generate(folder / "made", events=1_500, days=9, format="csv", defects=["all"])
    chance, batches = random.Random(5), ([], [])
    for file in made.files:
        header, *lines = file.read_bytes().splitlines(keepends=True)
        late = [line for line in lines if chance.random() < 0.25]
        early = [line for line in lines if line not in set(late)]
        again = chance.sample(early, len(early) // 20)
        chance.shuffle(late)
        for number, part in enumerate((early, late + again)):
            place = folder / f"batch{number}" / file.name
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(header + b"".join(part))
            batches[number].append(place)
    return batches


def landed(settings: Settings, source: Sequence[Path]) -> Batch:
    """The files as a batch, to be run on both: what is fresh is told by when it was landed."""
    return land([str(path) for path in source], settings)


def run(settings: Settings, batch: Batch) -> Passed:
    """What `flows/pipeline.py` does with landed files, without Prefect."""
    validated = validate(batch, settings)
    checks = judge(validated, settings)
    load(validated, settings)
    return Passed(validated, checks, *rebuild(settings))


def rebuild(settings: Settings) -> tuple[Built, Kpis | None]:
    """Build and publish what waits."""
    with open_warehouse(settings) as warehouse:
        assert warehouse.imbalances(thorough=True) == []
        changes = warehouse.pending(fingerprint())
    built = transform(settings, changes)
    publish(settings)
    with open_warehouse(settings) as warehouse:
        warehouse.mark_built(changes, fingerprint(), datetime.now(UTC))
    return built, read_kpis(settings)


@dataclass(frozen=True)
class Compared:
    """A table on both targets: rows that are the same, and a few of those that only one of the two has."""

    table: str
    rows: int
    differences: list[str]


def compare(one: Settings, other: Settings, tables: Sequence[str]) -> list[Compared]:
    """Every row, every column by its name, decimals exactly."""
    found = []
    for table in tables:
        ours, theirs = rows(one, table), rows(other, table)
        told = [f"{one.target} alone: {row}" for row in ours - theirs]
        told += [f"{other.target} alone: {row}" for row in theirs - ours]
        found.append(Compared(table, (ours & theirs).total(), told[:1] + told[-1:] if told else []))
    return found


def rows(settings: Settings, table: str) -> Rows:
    with open_warehouse(settings) as warehouse:
        return Counter(tuple(sorted(row.items())) for row in warehouse.query(f"select * from {table}"))


def differences(compared: Sequence[Compared]) -> dict[str, list[str]]:
    return {table.table: table.differences for table in compared if table.differences}


def verdicts(passed: Passed) -> list[tuple[str, str, str, bool, str]]:
    return [(c.table, c.name, c.level, c.is_passed, c.measured) for c in passed.checks]

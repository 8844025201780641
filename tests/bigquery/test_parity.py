"""The promise: the same files give the same numbers on DuckDB and on BigQuery, row for row, to the last decimal."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.builds.command import TRANSFORMS
from flows.generate import generate
from flows.settings import Settings, load_settings
from flows.warehouse import open_warehouse
from tests.bigquery.pair import Compared, Passed, compare, landed, rebuild, run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bigquery")]

MARTS = sorted(f"marts.{path.stem}" for path in (TRANSFORMS / "models" / "marts").glob("*.sql"))


@pytest.fixture
def duck(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "duck", max_refused_share=1)


@pytest.fixture
def bigquery(cloud: Settings) -> Settings:
    return cloud.model_copy(update={"max_refused_share": 1.0})


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], list[Path]]:
    """A shop with every fault that has a name, in two batches: the second has late rows of every day, out of order, and
    copies of rows of the first."""
    made = generate(tmp_path_factory.mktemp("parity") / "made", events=1_500, days=9, format="csv", defects=["all"])
    chance, batches = random.Random(5), ([], [])
    for file in made.files:
        header, *lines = file.read_bytes().splitlines(keepends=True)
        late = [line for line in lines if chance.random() < 0.25]
        early = [line for line in lines if line not in set(late)]
        again = chance.sample(early, len(early) // 20)
        chance.shuffle(late)
        for number, part in enumerate((early, late + again)):
            place = made.out.parent / f"batch{number}" / file.name
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(header + b"".join(part))
            batches[number].append(place)
    return batches


def differences(compared: list[Compared]) -> dict[str, list[str]]:
    return {table.table: table.differences for table in compared if table.differences}


def verdicts(passed: Passed) -> list[tuple[str, str, str, bool, str]]:
    return [(c.table, c.name, c.level, c.is_passed, c.measured) for c in passed.checks]


def test_a_shop_with_every_fault_in_two_batches(shop, duck: Settings, bigquery: Settings) -> None:
    """The first batch is built as a whole, the second as an increment; then the first goes out again."""
    for files in shop:
        batch = landed(duck, files)
        here, there = run(duck, batch), run(bigquery, batch)
        assert here.validated.counts == there.validated.counts
        assert here.validated.reasons == there.validated.reasons
        assert verdicts(here) == verdicts(there)
        assert here.kpis == there.kpis
        compared = compare(duck, bigquery, MARTS)
        assert differences(compared) == {}
    assert min(table.rows for table in compared) > 0
    first = remove_first(duck)
    assert remove_first(bigquery) == first
    assert rebuild(duck)[1] == rebuild(bigquery)[1]
    assert differences(compare(duck, bigquery, MARTS)) == {}


def test_the_rees46_sample(rees46_sample: Path, duck: Settings, bigquery: Settings) -> None:
    batch = landed(duck, [rees46_sample])
    here, there = run(duck, batch), run(bigquery, batch)
    assert here.kpis == there.kpis
    assert verdicts(here) == verdicts(there)
    assert differences(compare(duck, bigquery, MARTS)) == {}


def remove_first(settings: Settings) -> dict[str, int]:
    with open_warehouse(settings) as warehouse:
        (oldest, *_) = warehouse.query("select batch_id from ops.batches order by loaded_at")
        return warehouse.remove(oldest["batch_id"], datetime.now(UTC)).rows

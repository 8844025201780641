"""The promise: the same files give the same numbers on DuckDB and on BigQuery, row for row, to the last decimal."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from emulator.asking import SqlLibrary
from emulator.start import Emulator
from flows.builds.command import TRANSFORMS
from flows.generate import generate
from flows.settings import Settings, load_settings
from flows.warehouse import open_warehouse
from tests.bigquery.page import table, tell
from tests.bigquery.pair import Compared, Passed, compare, landed, rebuild, run
from tests.bigquery.statements import refused_by

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


def test_a_shop_with_every_fault_in_two_batches(
    shop, duck: Settings, bigquery: Settings, emulator: Emulator, analyzer: SqlLibrary
) -> None:
    """The first batch is built as a whole, the second as an increment; then the first goes out again."""
    told: dict[str, list[Compared]] = {}
    for name, files in zip(("first batch, whole", "second, increment"), shop, strict=True):
        batch = landed(duck, files)
        here, there = run(duck, batch), run(bigquery, batch)
        assert here.validated.counts == there.validated.counts
        assert here.validated.reasons == there.validated.reasons
        assert verdicts(here) == verdicts(there)
        assert here.kpis == there.kpis
        told[name] = compare(duck, bigquery, MARTS)
        assert differences(told[name]) == {}
    assert min(compared.rows for compared in told[name]) > 0
    first = remove_first(duck)
    assert remove_first(bigquery) == first
    assert rebuild(duck)[1] == rebuild(bigquery)[1]
    told["first removed"] = compare(duck, bigquery, MARTS)
    assert differences(told["first removed"]) == {}
    refused = refused_by(analyzer, emulator, bigquery.bigquery_dataset_prefix)
    assert refused == {}
    tell(
        "A shop with every fault",
        "`shopflow generate --defects all`, in two batches: the second has late rows of every day, out of order, and "
        "copies of rows of the first. Both targets refuse the same rows for the same reasons, give the same verdicts "
        "of every contract, and end with the same KPIs. Rows compared:",
        table(told),
        f"Statements of these runs that Google's analyzer refused: {len(refused)}.",
    )


def test_the_rees46_sample(rees46_sample: Path, duck: Settings, bigquery: Settings) -> None:
    batch = landed(duck, [rees46_sample])
    here, there = run(duck, batch), run(bigquery, batch)
    assert here.kpis == there.kpis
    assert verdicts(here) == verdicts(there)
    compared = compare(duck, bigquery, MARTS)
    assert differences(compared) == {}
    tell("The REES46 sample", "17,435 lines of public data, as one batch. Rows compared:", table({"rows": compared}))


def remove_first(settings: Settings) -> dict[str, int]:
    with open_warehouse(settings) as warehouse:
        (oldest, *_) = warehouse.query("select batch_id from ops.batches order by loaded_at")
        return warehouse.remove(oldest["batch_id"], datetime.now(UTC)).rows

"""The promise: the same files give the same numbers on DuckDB and on BigQuery, row for row, to the last decimal."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from emulator.asking import SqlLibrary
from emulator.start import Emulator
from flows.settings import Settings, load_settings
from flows.warehouse import open_warehouse
from tests.bigquery.page import table, tell
from tests.bigquery.pair import (
    MARTS,
    Compared,
    compare,
    differences,
    landed,
    rebuild,
    run,
    two_batches,
    verdicts,
)
from tests.bigquery.statements import refused_by, staged

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bigquery")]


@pytest.fixture
def duck(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "duck", max_refused_share=1)


@pytest.fixture
def bigquery(cloud: Settings) -> Settings:
    return cloud.model_copy(update={"max_refused_share": 1.0})


def test_a_shop_with_every_fault_in_two_batches(
    duck: Settings, bigquery: Settings, emulator: Emulator, analyzer: SqlLibrary, tmp_path: Path
) -> None:
    """The first batch is built as a whole, the second as an increment; then the first goes out again."""
    told: dict[str, list[Compared]] = {}
    for name, files in zip(("first batch, whole", "second, increment"), two_batches(tmp_path), strict=True):
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
    prefix = bigquery.bigquery_dataset_prefix
    refused = refused_by(analyzer, emulator, prefix, staged(emulator, prefix))
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

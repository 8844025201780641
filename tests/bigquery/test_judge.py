"""One contract, two engines: the same batch gets the same verdicts on BigQuery as on DuckDB."""

from pathlib import Path

import pytest

from flows.contracts import judge
from flows.receipts import Check
from flows.settings import Settings, load_settings
from tests.contracts.faults import FAULTS, spoil

# The lake's columns are the record's, and the load job sees to it that BigQuery's are: what differs is the contract then.
OF_ROWS = {name: fault for name, (fault, caught) in FAULTS.items() if not caught[1].startswith("columns")}


@pytest.fixture
def shop(cloud: Settings) -> Settings:
    """One shop for all tests, whose datasets take seconds to make; each test has a batch of its own."""
    return cloud.model_copy(update={"bigquery_dataset_prefix": "judge_", "lake": "gs://lake/judge"})


@pytest.fixture
def local(tmp_path: Path) -> Settings:
    """The same shop on DuckDB."""
    return load_settings(home=tmp_path / "local")


def not_passed(checks: tuple[Check, ...]) -> list[tuple[str, str, str, str]]:
    return [(check.table, check.name, check.level, check.measured) for check in checks if not check.is_passed]


def test_a_healthy_batch_gets_the_same_verdicts_on_both(local: Settings, shop: Settings) -> None:
    checks = judge(spoil(shop, batch_id="healthy"), shop)
    assert checks == judge(spoil(local), local)
    assert not_passed(checks) == []


@pytest.mark.parametrize("name", OF_ROWS)
def test_a_fault_is_measured_alike_on_both(name: str, local: Settings, shop: Settings) -> None:
    checks = judge(spoil(shop, OF_ROWS[name], batch_id=name.replace(" ", "-")), shop)
    assert checks == judge(spoil(local, OF_ROWS[name]), local)
    assert not_passed(checks) == [FAULTS[name][1]]

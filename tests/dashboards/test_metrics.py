"""The registry of definitions: complete, and made of columns that the marts have."""

import pytest
import yaml

from dashboards.metrics import metrics
from flows.warehouse.tables import OPS
from tests.dashboards.conftest import MARTS

UNITS = {"count", "money", "percent", "seconds", "days", "date"}


def known() -> set[str]:
    """Columns of the marts, and of the ledger that is published beside them."""
    ledger = {f"ops.{table}.{field.name}" for table, fields in OPS.items() for field in fields}
    described = [yaml.safe_load(path.read_text("utf-8"))["models"][0] for path in MARTS.glob("*.yml")]
    return ledger | {f"{model['name']}.{column['name']}" for model in described for column in model["columns"]}


@pytest.mark.slow
@pytest.mark.parametrize("name", metrics())
def test_a_metric_says_what_it_counts_and_is_made_of_columns_that_there_are(name: str) -> None:
    metric = metrics()[name]
    assert metric.columns
    assert set(metric.columns) <= known()
    assert metric.unit in UNITS
    assert metric.label == metric.label.strip() != ""
    assert metric.text.endswith(".")


def test_no_two_metrics_are_called_the_same() -> None:
    labels = [metric.label for metric in metrics().values()]
    assert len(set(labels)) == len(labels)


def test_a_tile_is_told_the_definition_what_it_is_told_by_and_whose_days_these_are() -> None:
    said = metrics()["net_revenue"].help("Europe/Berlin")
    assert said == (
        "Sales minus discounts minus refunds, each on its own day.\n\n"
        "Told by day, product, channel, device, country. Days of Europe/Berlin."
    )

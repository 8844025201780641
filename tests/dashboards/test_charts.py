"""What the chart shapes draw."""

import pytest

from dashboards.charts import bars_and_line_per_day

DAY = "2025-11-01T00:00:00"


@pytest.mark.parametrize("nets", [[80.0, -20.0, 3.0], [5.0], [0.0, 0.0], [-9.0], []])
def test_bars_and_line_have_their_zeros_at_the_same_height_and_all_of_them_in_the_picture(nets: list[float]) -> None:
    """Regression: on a day of refunds no order stood higher than no revenue."""
    rows = [{"date": DAY, "net": net, "orders": number} for number, net in enumerate(nets)]
    layers = bars_and_line_per_day(rows, ("net", "Net"), ("orders", "Orders")).to_dict()["layer"]
    (low, high), (low_beside, high_beside) = (layer["encoding"]["y"]["scale"]["domain"] for layer in layers)
    assert low / high == pytest.approx(low_beside / high_beside)
    assert all(low <= net <= high for net in nets)
    assert low_beside <= 0 <= len(nets) <= high_beside + 1

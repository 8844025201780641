"""Numbers are written as the reader's browser says that its reader does."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.dashboards.pages import APP, charts, tiles
from tests.dashboards.small_shop import TWO_WEEKS, revenue


@pytest.mark.slow
@pytest.mark.parametrize(
    ("locale", "net", "rate"),
    [
        ("de-DE", "1.234.567,50", "50,00 %"),
        ("de-CH", "1’234’567.50", "50.00 %"),
        ("fr-FR", "1\u202f234\u202f567,50", "50,00 %"),
        ("pl", "1\u00a0234\u00a0567,50", "50,00 %"),
        ("en-GB", "1,234,567.50", "50.00 %"),
        ("tlh", "1,234,567.50", "50.00 %"),
        (None, "1,234,567.50", "50.00 %"),
    ],
)
def test_tiles_and_charts_write_numbers_in_the_readers_way(locale: str | None, net: str, rate: str, publish) -> None:
    publish({**TWO_WEEKS, "fct_revenue": [revenue("p1", 14, 1, "1234567.5")]})
    page = AppTest.from_file(str(APP), default_timeout=60)
    if locale:
        page.context = {"locale": locale}
    page.run()
    assert not page.exception
    assert tiles(page)["Net revenue, EUR"][0] == net
    assert tiles(page)["Conversion"][0] == rate
    by_day, _, by_category = charts(page)
    assert f">{net}</data>" in by_day
    assert f">{net[:-4]}8</data>" in by_category, "whole amounts beside the bars"

"""The dashboard over BigQuery in a real Chromium, as over a serving copy."""

from pathlib import Path

import pytest

from tests.bigquery.laid import Shop
from tests.dashboards.served import chromium, dashboard
from tests.dashboards.small_shop import TWO_WEEKS
from tests.dashboards.watched import IN_CHROMIUM, Watched

pytestmark = [*IN_CHROMIUM, pytest.mark.xdist_group("bigquery again")]


def test_pages_filters_links_and_files_are_those_of_a_serving_copy(shop: Shop) -> None:
    shop.publish(TWO_WEEKS)
    with dashboard(shop.settings.home) as address, chromium() as browser:
        watched = Watched(browser, address)
        assert watched.tiles()["Net revenue, EUR"] == "90.00"
        with watched.page.expect_download() as download:
            watched.page.get_by_role("button", name="CSV").click()
        text = Path(download.value.path()).read_text("utf-8-sig")
        assert text.splitlines() == ["Product,Units,Net revenue", "Kettle,2,49.9950", "product p2,1,40.0000"]
        watched.page.get_by_text("All", exact=True).click()
        watched.page.get_by_text("Filters", exact=True).click()
        watched.page.get_by_role("combobox", name="Device").click()
        watched.page.get_by_role("option", name="mobile").click()
        watched.page.get_by_text("(nothing to compare with) · mobile").wait_for()
        shown = watched.tiles()
        assert shown["Net revenue, EUR"] == "100.00"
        assert Watched(browser, watched.page.url).tiles() == shown
        for title in watched.titles()[1:]:
            watched.turn_to(title)
            assert watched.charts() > 0
            assert watched.page.get_by_text("Something went wrong").count() == 0
        watched.page.set_viewport_size({"width": 390, "height": 900})
        assert not watched.is_too_wide
        assert watched.errors == watched.refused == []
        assert watched.hosts == {"127.0.0.1"}

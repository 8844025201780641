"""The Overview page, through the dashboard's own entry file."""

import re
import shutil
from html import unescape
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from dashboards.queries import overview as queries
from flows import lock
from flows.settings import load_settings
from tests.dashboards.pages import APP, captions, tiles
from tests.dashboards.small_shop import TWO_WEEKS


def opened() -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not page.exception
    return page


def looked_at(page: AppTest) -> str:
    """The line under the title."""
    (said,) = (drawn.proto.body for drawn in page.get("html") if 'class="said"' in drawn.proto.body)
    return unescape(re.sub("<[^>]*>", "", said))


def test_the_tiles_show_the_last_week_against_the_one_before(publish) -> None:
    publish()
    page = opened()
    assert tiles(page) == {
        "Active users": ("3", "+50.0 %"),
        "Sessions": ("4", "+100.0 %"),
        "Orders": ("3", "+200.0 %"),
        "Conversion": ("50.00 %", "0.00 pp"),
        "Net revenue, EUR": ("90.00", "0.0 %"),
        "Average order, EUR": ("50.00", "-44.4 %"),
    }
    assert looked_at(page) == "8 – 14 November 2025, compared with 1 – 7 November 2025"


def test_a_footer_says_how_fresh_the_data_is_and_what_a_day_and_an_amount_mean(publish) -> None:
    publish()
    assert opened().caption[-1].value == (
        "Data up to 14 November 2025 · published 1 December 2025 at 06:30 UTC · days of Europe/Berlin · money in EUR"
    )


@pytest.mark.slow
def test_all_days_are_compared_with_nothing(publish) -> None:
    publish()
    page = opened()
    page.segmented_control(key="period").set_value("All").run()
    assert not page.exception
    assert tiles(page)["Orders"] == ("4", "")
    assert looked_at(page) == "1 – 14 November 2025 (nothing to compare with)"


@pytest.mark.slow
def test_another_currency_changes_the_money_and_its_label_and_nothing_else(publish) -> None:
    publish()
    page = opened()
    page.selectbox(key="currency").set_value("GBP").run()
    assert not page.exception
    shown = tiles(page)
    assert shown["Orders"] == ("3", "+200.0 %")
    assert shown["Net revenue, GBP"] == ("5.00", "")
    assert "Net revenue, EUR" not in shown


@pytest.mark.slow
def test_refunds_without_a_currency_can_be_looked_at_and_linked_to(publish) -> None:
    publish()
    page = opened()
    page.selectbox(key="currency").set_value("no currency").run()
    assert not page.exception
    assert tiles(page)["Net revenue"] == ("-3.00", "")
    link = AppTest.from_file(str(APP), default_timeout=60)
    link.query_params["currency"] = "no currency"
    link.run()
    assert link.selectbox(key="currency").value == "no currency"
    assert tiles(link)["Net revenue"] == ("-3.00", "")


@pytest.mark.slow
def test_products_stand_in_a_table_with_their_numbers_written_out(publish) -> None:
    publish()
    (table,) = (drawn for drawn in opened().get("html") if "<table" in drawn.proto.body)
    assert re.findall(r"<td[^>]*>([^<]*)", table.proto.body) == ["Kettle", "2", "50.00", "product p2", "1", "40.00"]


@pytest.mark.slow
def test_a_publication_is_seen_at_the_next_interaction(publish) -> None:
    publish()
    page = opened()
    publish({"fct_daily_engagement": [{"event_date": "2025-12-24", "dau": 1, "sessions": 1}]})
    page.run()
    assert not page.exception
    assert page.caption[-1].value.startswith("Data up to 24 December 2025")


def test_a_shop_without_orders_has_a_page(publish) -> None:
    publish({"fct_daily_engagement": [{"event_date": "2025-11-01", "dau": 0, "sessions": 0}]})
    page = opened()
    assert tiles(page)["Conversion"] == ("–", "")
    assert tiles(page)["Net revenue"] == ("0.00", "")
    assert [caption.value for caption in page.caption].count("Nothing was sold in this period.") == 2


def test_without_data_the_page_is_one_sentence_that_says_what_to_run(home: Path) -> None:
    page = opened()
    (said,) = page.info
    assert "`make run`" in said.value
    assert not tiles(page)


def test_a_wrong_setting_is_said_in_one_sentence(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPFLOW_HOEM", "x")
    (said,) = opened().info
    assert "SHOPFLOW_HOEM is not a setting, did you mean SHOPFLOW_HOME?" in said.value


NONSENSE = ["", " ", "0", "-1", "90 days", "XXX", "no", "Custom", "2025-99-99", "\x00", "'; drop", "<b>", "☃", "all"]


@pytest.mark.slow
@given(
    st.dictionaries(
        st.sampled_from(
            ["period", "days", "compare", "currency", "device", "channel", "country", "category", "embed", "?"]
        ),
        st.lists(st.sampled_from(NONSENSE) | st.text(max_size=8), max_size=3),
    )
)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_address_with_whatever_in_it_opens_the_page(publish, said: dict[str, list[str]]) -> None:
    publish()
    page = AppTest.from_file(str(APP), default_timeout=60)
    for name, values in said.items():
        page.query_params[name] = values
    page.run()
    assert not page.exception
    assert not page.error
    assert len(tiles(page)) == 6


def test_a_link_with_a_period_or_a_currency_that_the_data_does_not_have_opens_the_page(publish) -> None:
    publish()
    page = AppTest.from_file(str(APP), default_timeout=60)
    page.query_params["period"] = "90 days"
    page.query_params["currency"] = "XXX"
    page.run()
    assert not page.exception
    assert tiles(page)["Net revenue, EUR"] == ("90.00", "0.0 %")


@pytest.mark.slow
def test_a_choice_that_the_next_copy_does_not_offer_is_given_up(publish) -> None:
    publish()
    page = opened()
    page.selectbox(key="currency").set_value("GBP").run()
    publish({"fct_daily_engagement": [{"event_date": "2025-11-01", "dau": 1, "sessions": 1}]})
    page.run()
    assert not page.exception
    publish()
    page.run()
    assert not page.exception
    assert looked_at(page).startswith("8 – 14 November 2025")


def linked(**filters: str | list[str]) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=60)
    page.query_params.update(filters)
    page.run()
    assert not page.exception
    return page


@pytest.mark.slow
def test_a_link_narrows_every_number_that_its_marts_can_narrow(publish) -> None:
    publish()
    page = linked(device="mobile", category="home_and_kitchen", compare="nothing")
    assert looked_at(page) == ("8 – 14 November 2025 (nothing to compare with) · mobile · home and kitchen")
    assert tiles(page) == {
        "Net revenue, EUR": ("60.00", ""),
        "Orders": ("3", ""),
        "Average order, EUR": ("50.00", ""),
        "Conversion": ("66.67 %", ""),
        "Active users": ("2", ""),
        "Sessions": ("3", ""),
    }
    assert captions(page).count("all categories") == 5, "all but the revenue"


@pytest.mark.slow
def test_visitors_are_told_by_one_filter_at_a_time_and_say_so(publish) -> None:
    publish()
    page = linked(device="mobile", channel="direct", country="unknown")
    assert tiles(page)["Active users"][0] == "2", "ann and cat, by device"
    assert tiles(page)["Sessions"][0] == "1", "cat's"
    assert "all channels, all countries" in captions(page)


@pytest.mark.slow
def test_a_period_of_ones_own_is_compared_with_the_days_before(publish) -> None:
    publish()
    page = linked(period="Custom", days="2025-11-09..2025-11-14")
    assert looked_at(page) == "9 – 14 November 2025, compared with 3 – 8 November 2025"
    assert tiles(page)["Sessions"] == ("3", "+200.0 %")


@pytest.mark.slow
def test_a_year_before_are_the_same_weekdays(publish) -> None:
    days = [{"event_date": day, "dau": 1, "sessions": 1} for day in ("2024-11-01", "2025-11-14")]
    publish({**TWO_WEEKS, "fct_daily_engagement": days})
    page = linked(period="7 days", compare="a year before")
    assert looked_at(page) == "8 – 14 November 2025, compared with 9 – 15 November 2024"


@pytest.mark.slow
def test_filters_hold_over_a_switch_of_the_page(publish, tmp_path: Path) -> None:
    publish()
    copy = shutil.copytree(APP.parent, tmp_path / "dashboards")
    other = (
        "import streamlit as st\nfrom dashboards.frame import show\nshow(lambda copy, shop, view: st.text(repr(view)))"
    )
    (copy / "views" / "other.py").write_text(other)
    app = (
        (copy / "app.py")
        .read_text()
        .replace("PAGES = {", 'PAGES = {\n    "overview": "Overview",\n    "other": "Other",')
    )
    (copy / "app.py").write_text(app)
    page = AppTest.from_file(str(copy / "app.py"), default_timeout=60).run()
    page.segmented_control(key="period").set_value("All").run()
    page.selectbox(key="device").set_value("desktop").run()
    page.switch_page("views/other.py")
    page.query_params.clear()  # as a browser does that goes to another page
    page.run()
    assert not page.exception
    assert page.title[0].value == "Other"
    (view,) = (text.value for text in page.text)
    assert "device='desktop'" in view
    assert "first=datetime.date(2025, 11, 1)" in view
    assert page.query_params["device"] in ("desktop", ["desktop"])
    page.switch_page("views/overview.py").run()
    assert tiles(page)["Sessions"][0] == "2"


@pytest.mark.slow
def test_a_page_that_fails_is_a_sentence_with_a_reference_that_the_log_has(
    publish, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    publish()

    def broken(*_: object) -> NoReturn:
        raise ValueError("select secret from somewhere")

    monkeypatch.setattr(queries, "products", broken)
    page = opened()
    (said,) = page.error
    reference = said.value.rstrip(".").rpartition(" ")[2]
    assert re.fullmatch(r"[0-9a-f]{8}", reference)
    assert "select secret" not in said.value
    assert len(tiles(page)) == 6, "what was drawn before stays"
    assert reference in caplog.text
    assert "select secret" in caplog.text
    assert page.caption[-1].value.startswith("Data up to"), "the frame goes on"


@pytest.mark.slow
def test_while_a_run_is_under_way_it_says_that_this_is_what_was_published_before(publish, home: Path) -> None:
    publish()
    with lock.locked(load_settings(), "removal"):
        assert "A removal is under way" in opened().caption[-1].value
    assert opened().caption[-1].value.startswith("Data up to")


def test_a_period_without_anything_says_so(publish) -> None:
    publish()
    page = linked(period="Custom", days="2025-11-03..2025-11-05")
    assert "Nothing was sold in this period." in captions(page)
    assert tiles(page)["Conversion"] == ("–", "")

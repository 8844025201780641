"""The Overview page, through the dashboard's own entry file."""

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

APP = Path(__file__).resolve().parents[2] / "dashboards" / "app.py"


def opened() -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not page.exception
    return page


def tiles(page: AppTest) -> dict[str, tuple[str, str]]:
    return {tile.label: (tile.value, tile.delta) for tile in page.metric}


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
    assert page.caption[0].value == "8 – 14 November 2025, compared with 1 – 7 November 2025"


def test_a_footer_says_how_fresh_the_data_is_and_what_a_day_and_an_amount_mean(publish) -> None:
    publish()
    assert opened().caption[-1].value == (
        "Data up to 14 November 2025 · published 1 December 2025 at 06:30 UTC · days of Europe/Berlin · money in EUR"
    )


def test_all_days_are_compared_with_nothing(publish) -> None:
    publish()
    page = opened()
    page.segmented_control(key="period").set_value("All").run()
    assert not page.exception
    assert tiles(page)["Orders"] == ("4", "")
    assert page.caption[0].value == "1 – 14 November 2025 (nothing to compare with)"


def test_another_currency_changes_the_money_and_its_label_and_nothing_else(publish) -> None:
    publish()
    page = opened()
    page.selectbox(key="currency").set_value("GBP").run()
    assert not page.exception
    shown = tiles(page)
    assert shown["Orders"] == ("3", "+200.0 %")
    assert shown["Net revenue, GBP"] == ("5.00", "")
    assert "Net revenue, EUR" not in shown


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


def test_products_stand_in_a_table_with_their_numbers_written_out(publish) -> None:
    publish()
    (table,) = opened().get("html")
    assert re.findall(r"<td[^>]*>([^<]*)", table.proto.body) == ["Kettle", "2", "50.00", "product p2", "1", "40.00"]


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
    assert not page.metric


def test_a_wrong_setting_is_said_in_one_sentence(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPFLOW_HOEM", "x")
    (said,) = opened().info
    assert "SHOPFLOW_HOEM is not a setting, did you mean SHOPFLOW_HOME?" in said.value


def test_a_link_with_a_period_or_a_currency_that_the_data_does_not_have_opens_the_page(publish) -> None:
    publish()
    page = AppTest.from_file(str(APP), default_timeout=60)
    page.query_params["period"] = "90 days"
    page.query_params["currency"] = "XXX"
    page.run()
    assert not page.exception
    assert tiles(page)["Net revenue, EUR"] == ("90.00", "0.0 %")


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
    assert page.caption[0].value.startswith("8 – 14 November 2025")

"""The dashboard asks BigQuery the same questions as a serving copy, and shows the same numbers."""

import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from google.cloud.bigquery._http import Connection
from streamlit.testing.v1 import AppTest

from dashboards import published
from dashboards.periods import Period
from dashboards.published import Marts, NothingToShow, current_copy
from dashboards.queries import behaviour, cohorts, customers, engagement, funnel, funnel_of_users, prices, products
from dashboards.queries import categories as of_categories
from dashboards.queries import overview as queries
from dashboards.queries.batches import batches
from dashboards.queries.runs import runs
from dashboards.queries.sessions import sessions
from dashboards.queries.shop import options
from dashboards.queries.shop import shop as about
from dashboards.queries.visitors import KINDS
from dashboards.triangle import starts
from dashboards.view import UNKNOWN, Slice
from emulator.asking import SqlLibrary
from emulator.start import Emulator
from flows.errors import WarehouseError
from flows.settings import PROJECT, load_settings
from flows.warehouse.bigquery_tables import prepare
from tests.bigquery.laid import Shop
from tests.bigquery.statements import every_statement, every_table
from tests.dashboards.pages import tiles
from tests.dashboards.small_shop import TWO_WEEKS, Row

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bigquery again")]

APP = PROJECT / "dashboards" / "app.py"
WEEKS = Period(date(2025, 11, 1), date(2025, 11, 14))
EARLIER = Period(date(2025, 11, 1), date(2025, 11, 9))
LAST_WEEK = Period(date(2025, 11, 8), date(2025, 11, 14))
EMPTY = Period(date(2025, 11, 3), date(2025, 11, 7))
VIEWS = [
    (WEEKS, "EUR", Slice(), None),
    (LAST_WEEK, "GBP", Slice(device="mobile"), None),
    (WEEKS, None, Slice(channel="direct", country=UNKNOWN), None),
    (WEEKS, "EUR", Slice(country="FR"), "home_and_kitchen"),
    (EMPTY, "EUR", Slice(), "(none)"),
]


def opened() -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=120).run()
    assert not page.exception
    return page


def answers(copy: published.Published) -> dict[str, Any]:
    """What every question gives, for views with and without anything in them."""
    shop = replace(about(copy), published_at=datetime.min.replace(tzinfo=UTC), dataset=None)
    found: dict[str, Any] = {"shop": shop, "options": options(copy), "runs": runs(copy)}
    for view in VIEWS:
        period, currency, part, category = view
        for ask in (queries.kpis, queries.days, queries.products):
            found[f"{ask.__name__} of {view}"] = ask(copy, period, currency, part, category)
        found[f"categories of {view}"] = queries.categories(copy, period, currency, part)
        for ask in (products.days, products.sums, of_categories.categories):
            found[f"{ask.__module__}.{ask.__name__} of {view}"] = ask(copy, *view)
        for unit in ("week", "month"):
            begun = starts(period, unit)
            asked = f"by {unit} of {view}"
            found |= {f"{ask.__name__} {asked}": ask(copy, begun, unit) for ask in (cohorts.sizes, cohorts.active)}
            found[f"revenue {asked}"] = cohorts.revenue(copy, begun, unit, currency)
        for compared in (None, EARLIER):
            against = (period, compared, *view[1:])
            found |= {f"{by} of {against}": products.products(copy, *against, by, 1) for by in products.RANKED}
            found[f"all of {against}"] = products.products(copy, *against)
            found[f"prices of {against}"] = prices.price_changes(copy, *against)
            found[f"first price of {against}"] = prices.price_changes(copy, *against, 1)
        for ask in (engagement.engagement, engagement.days, engagement.hours, sessions):
            found[f"{ask.__module__}.{ask.__name__} of {view}"] = ask(copy, period, part)
        for in_order in (False, True):
            way = f"in order of {view}" if in_order else f"of {view}"
            sessions_asked, users_asked = (copy, period, part, category), (copy, period, part)
            for ask in (funnel.funnel, funnel.days):
                found[f"{ask.__module__}.{ask.__name__} {way}"] = ask(*sessions_asked, in_order)
            for ask in (funnel_of_users.funnel, funnel_of_users.days):
                found[f"{ask.__module__}.{ask.__name__} {way}"] = ask(*users_asked, in_order)
            found |= {f"funnel by {by} {way}": funnel.split(*sessions_asked, by, in_order) for by in funnel.SPLITS}
            found |= {f"users by {by} {way}": funnel_of_users.split(*users_asked, by, in_order) for by in KINDS}
        found |= {f"{what} of {view}": behaviour.durations(copy, period, part, what) for what in behaviour.DURATIONS}
        found[f"batches of {view}"] = batches(copy, period)
        found[f"customers of {view}"] = customers.customers(copy, period)
        found[f"values of {view}"] = customers.values(copy, period.last, currency)
        for unit in ("seconds", "events"):
            found[f"{unit} of {view}"] = behaviour.session_ranges(copy, period, part, unit)
    return found


def test_every_question_has_the_same_answer_on_both_and_is_understood_by_the_analyzer(
    shop: Shop, emulator: Emulator, analyzer: SqlLibrary
) -> None:
    copy = shop.publish(TWO_WEEKS)
    cloud = current_copy(load_settings())
    assert isinstance(cloud, Marts)
    assert answers(cloud) == answers(copy)
    assert about(cloud).currencies == ("EUR", "GBP", None)
    prefix = shop.settings.bigquery_dataset_prefix
    asked = [
        each.sql for each in every_statement(emulator, prefix) if "@" in each.sql and not each.sql.startswith("insert")
    ]
    assert len(asked) > 30
    tables = every_table(emulator, prefix)
    assert {sql: error for sql in asked if (error := analyzer.check(re.sub(r"@(\w+)", _given, sql), tables))} == {}


def _given(parameter: re.Match[str]) -> str:
    """A value for a parameter: the analyzer takes each whose type it is not told for a number, even `@x is null`."""
    name = parameter[1]
    if name in ("days", "most", "runs", "top"):
        return "7"
    is_day = name.startswith(("first", "last", "start", "earliest", "day"))
    return "date '2025-11-01'" if is_day else "'x'"


def test_the_page_shows_the_same_tiles_and_says_what_it_reads(shop: Shop) -> None:
    shop.publish(TWO_WEEKS)
    page = opened()
    assert {label: value for label, (value, _) in tiles(page).items()} == {
        "Active users": "3",
        "Sessions": "4",
        "Orders": "3",
        "Conversion": "50.00 %",
        "Net revenue, EUR": "90.00",
        "Average order, EUR": "50.00",
    }
    assert page.caption[-1].value.endswith(f"money in EUR · from {shop.jobs.dataset('marts')} on BigQuery")


def test_a_page_is_asked_for_once_until_the_next_publication(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.publish(TWO_WEEKS)
    sent, really = list[Row](), Connection.api_request

    def recorded(connection: Connection, *args: Any, **call: Any) -> Any:
        if call.get("method") == "POST" and call["path"].endswith("/jobs"):
            sent.append(call["data"]["configuration"])
        return really(connection, *args, **call)

    monkeypatch.setattr(Connection, "api_request", recorded)
    page = opened()
    first = len(sent)
    page.run()
    assert len(sent) == first == 10, (
        "shop, currencies, filters, days and their visitors of both periods, visitors of each, categories, products"
    )
    assert {job["labels"]["app"] for job in sent} == {"shopflow"}
    assert {job["query"]["maximumBytesBilled"] for job in sent} == {str(100 * 10**9)}
    shop.publish({"fct_daily_engagement": [{"event_date": date(2025, 12, 24), "dau": 1, "sessions": 1}]})
    page.run()
    assert not page.exception
    assert page.caption[-1].value.startswith("Data up to 24 December 2025")


def test_before_anything_is_published_the_page_is_one_sentence(shop: Shop) -> None:
    """First there is no dataset at all, then there are tables of the ledger, but no marts."""
    marts = shop.jobs.dataset("marts")
    sentence = (
        f"There is no data to show yet in {marts}: `shopflow run` loads some and builds it, then reload this page."
    )
    assert [said.value for said in opened().info] == [sentence]
    prepare(shop.jobs)
    assert [said.value for said in opened().info] == [sentence]
    with pytest.raises(NothingToShow, match=r"shopflow run"):
        about(current_copy(load_settings()))


def test_what_bigquery_refuses_is_one_sentence(shop: Shop) -> None:
    shop.publish(TWO_WEEKS)
    with pytest.raises(WarehouseError, match="a statement on BigQuery") as said:
        published.rows(current_copy(load_settings()), "select no_such_column from marts.fct_revenue")
    assert "\n" not in str(said.value)


def test_a_copy_is_read_without_anything_of_google() -> None:
    program = (
        "import sys; sys.path.insert(0, '.')\n"
        "from dashboards import published; from flows.settings import load_settings\n"
        "try: published.current_copy(load_settings())\nexcept published.NothingToShow: pass\n"
        "print([name for name in sys.modules if name.startswith('google.cloud.')])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

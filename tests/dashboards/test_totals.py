"""No two numbers of the dashboard disagree: over marts as the models make them, all pages come to the same totals."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from dashboards.periods import Period
from dashboards.published import one_connection
from dashboards.queries import (
    behaviour,
    categories,
    cohorts,
    customers,
    engagement,
    funnel,
    funnel_of_users,
    overview,
    products,
)
from dashboards.queries.sessions import sessions
from dashboards.queries.shop import options, shop
from dashboards.queries.visitors import nearest, visitors
from dashboards.triangle import later, starts
from dashboards.view import Slice
from flows.generate import generate
from flows.land import land
from flows.load import load
from flows.publish import publish
from flows.settings import load_settings
from flows.validate import validate
from flows.warehouse import open_warehouse
from tests.compiled import compiled
from tests.dashboards.pages import linked, tiles
from tests.dashboards.screenshots import PAGES

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def copy(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published shop of 40 days, with refunds, two currencies, and every fault that has a name."""
    folder = tmp_path_factory.mktemp("totals")
    settings = load_settings(home=folder / "home")
    made = generate(folder / "made", events=6_000, days=40, defects=["all"])
    load(validate(land([str(made.out)], settings), settings), settings)
    with open_warehouse(settings) as warehouse:
        warehouse.query("create schema staging; create schema intermediate; create schema marts")
        for node in compiled(pytestconfig, tmp_path_factory).values():
            if node["kind"] == "model" and node["materialized"] != "ephemeral":
                kind = "view" if node["materialized"] == "view" else "table"
                warehouse.query(f"create {kind} {node['relation']} as {node['sql']}")
    return Path(publish(settings).path)


@pytest.fixture(autouse=True)
def _asked_at_once() -> Iterator[None]:
    with one_connection():
        yield


def everything(copy: Path) -> Period:
    return shop(copy).days


def views(copy: Path) -> list[tuple[Period, Slice]]:
    """All days of all visits, some days of parts by one and by several filters, and the last day."""
    days, offered = everything(copy), options(copy)
    middle = Period(days.first + timedelta(days=9), days.last - timedelta(days=11))
    several = Slice(channel=offered.channels[1], country=offered.countries[0])
    return [
        (days, Slice()),
        (middle, Slice(device=offered.devices[0])),
        (middle, several),
        (Period(days.last, days.last), Slice()),
    ]


def test_money_is_the_same_by_day_product_and_category_to_the_last_digit(copy: Path) -> None:
    assert len(shop(copy).currencies) >= 2
    for period, part in views(copy):
        for currency in shop(copy).currencies:
            for category in (None, options(copy).categories[0]):
                view = (currency, part, category)
                net = overview.kpis(copy, period, *view).net
                assert sum(Decimal(str(day["net"])) for day in overview.days(copy, period, *view)) == net
                sold = products.products(copy, period, None, *view)
                leaves = categories.categories(copy, period, *view)
                assert sum(product.net for product in sold) == sum(leaf["net"] for leaf in leaves) == net
                units = products.sums(copy, period, *view).units
                assert sum(product.units for product in sold) == sum(leaf["units"] for leaf in leaves) == units


def test_money_is_the_same_by_cohort_and_by_customer(copy: Path) -> None:
    days = everything(copy)
    for currency in shop(copy).currencies:
        net = overview.kpis(copy, days, currency).net
        for unit in ("week", "month"):
            assert sum(cell.value for cell in cohorts.revenue(copy, starts(days, unit), unit, currency)) == net
        # Refunds whose order is not known are nobody's.
        assert sum(each.net for each in customers.values(copy, days.last, currency)) >= net > 0


def test_sessions_are_the_same_by_day_step_device_hour_and_length(copy: Path) -> None:
    for period, part in views(copy):
        told = overview.kpis(copy, period, "EUR", part)
        days = overview.days(copy, period, "EUR", part)
        hours = engagement.hours(copy, period, part)
        sums = sessions(copy, period, part)
        for name in ("sessions", "converted"):
            of_hours = sum(hour[name] for hour in hours)
            assert getattr(told, name) == sum(day[name] for day in days) == of_hours == getattr(sums, name)
        for unit in ("seconds", "events"):
            assert sum(each.count for each in behaviour.session_ranges(copy, period, part, unit)) == told.sessions
        steps = funnel.funnel(copy, period, part, None)
        assert steps.came == told.sessions
        assert steps.purchases <= told.converted
        by_day = [found for _, found in funnel.days(copy, period, part, None)]
        for by in ("device", "channel", "country"):
            divided = [found for _, found in funnel.split(copy, period, part, None, by)]
            for found in (by_day, divided):
                assert tuple(map(sum, zip(*(each.counts for each in found), strict=True))) == steps.counts


def test_users_of_the_funnel_are_the_active_ones_and_at_least_those_of_any_part(copy: Path) -> None:
    for period, part in views(copy):
        in_order = funnel_of_users.funnel(copy, period, part, True)
        for told in (funnel_of_users.funnel(copy, period, part), in_order):
            assert told.came == visitors(copy, period, part) == overview.kpis(copy, period, "EUR", part).visitors
            assert all(before >= after for before, after in pairwise(told.counts))
        any_order = funnel_of_users.funnel(copy, period, part)
        assert all(more >= less for more, less in zip(any_order.counts, in_order.counts, strict=True))
        assert any_order.counts[1:4] > (0, 0, 0)
        for _, of_day in funnel_of_users.days(copy, period, part):
            assert all(whole >= of_one for whole, of_one in zip(any_order.counts, of_day.counts, strict=True))
        if nearest(part) == nearest(Slice()):
            steps = funnel.funnel(copy, period, part, None)
            assert any_order.counts[1] <= steps.views, "who saw a product did in one session at least"
            for by in ("device", "channel", "country"):
                divided = [found.counts for _, found in funnel_of_users.split(copy, period, part, by)]
                assert all(
                    sum(parts) >= whole
                    for parts, whole in zip(zip(*divided, strict=True), any_order.counts[:2], strict=False)
                )


def test_users_of_a_day_are_those_of_a_period_of_one_day(copy: Path) -> None:
    last = everything(copy).last
    for in_order in (False, True):
        by_day = dict(funnel_of_users.days(copy, everything(copy), Slice(), in_order))
        assert by_day[f"{last}T00:00:00"] == funnel_of_users.funnel(copy, Period(last, last), Slice(), in_order)


def test_users_are_the_same_by_day_and_by_cohort(copy: Path) -> None:
    days = everything(copy)
    told = engagement.engagement(copy, days, Slice())
    assert told.visitors == told.new == overview.kpis(copy, days, "EUR").visitors
    for unit in ("week", "month"):
        begun = starts(days, unit)
        assert sum(cohorts.sizes(copy, begun, unit).values()) == told.new
        active: dict[Period, int] = {}
        for cell in cohorts.active(copy, begun, unit):
            first = later(cell.start, unit, cell.age)
            within = Period(max(first, days.first), min(later(first, unit, 1) - timedelta(days=1), days.last))
            active[within] = active.get(within, 0) + int(cell.value)
        assert active == {within: visitors(copy, within, Slice()) for within in active}


def test_first_orders_are_the_same_by_duration_and_by_customer(copy: Path) -> None:
    for period in {period for period, _ in views(copy)}:
        ranges, _ = behaviour.durations(copy, period, Slice(), behaviour.FIRST_ORDER)
        assert sum(each.count for each in ranges) == customers.customers(copy, period).new


def test_tiles_of_one_name_say_the_same_on_every_page(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPFLOW_HOME", str(copy.parents[1]))
    said: dict[str, dict[str, tuple[str, str]]] = {}
    for name in PAGES:
        for label, tile in tiles(linked(name, device="mobile", period="14 days")).items():
            said.setdefault(label, {})[name] = tile
    shared = {label: set(by_page.values()) for label, by_page in said.items() if len(by_page) > 1}
    assert {"Net revenue, EUR", "Orders"} <= shared.keys()
    assert {label: told for label, told in shared.items() if len(told) > 1} == {}

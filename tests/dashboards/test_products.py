"""The Products page: its tables are parts of the Overview's numbers, to the cent."""

from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from dashboards.periods import Period
from dashboards.queries import overview
from dashboards.queries import products as queries
from dashboards.queries.categories import categories
from dashboards.queries.prices import price_changes
from dashboards.queries.products import BEST, FALLING, Product, Sums
from dashboards.tree import tree
from dashboards.view import Slice
from flows.settings import load_settings
from tests.dashboards.conftest import publish_to
from tests.dashboards.pages import captions, charts, linked, tables, tiles, told
from tests.dashboards.small_products import price, seen
from tests.dashboards.small_shop import TWO_WEEKS, day, revenue
from tests.dashboards.test_queries import SLICES

SECOND_WEEK = Period(day(8), day(14))
MONTH = Period(day(1), day(30))
WHERE = [
    {"device_type": device, "channel": channel, "country": country}
    for device in ("mobile", "desktop", None)
    for channel in ("direct", "email")
    for country in ("DE", None)
]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a month of fifty products in a tree of categories, some of them in none, with refunds."""
    some = Random(7)
    levels = [
        (f"c{a}", f"b{b}" if b else None, f"a{c}" if b and c else None)
        for a, b, c in ((some.randrange(3), some.randrange(3), some.randrange(3)) for _ in range(45))
    ]
    names = ("category_level_1", "category_level_2", "category_level_3")
    products = [{"product_id": f"p{n}", **dict(zip(names, told, strict=True))} for n, told in enumerate(levels)]
    products += [{"product_id": f"p{n}"} for n in (45, 46)]  # of the others nothing is known
    sold = {
        (some.randrange(48), some.randint(1, 30), some.choice(["EUR", "GBP", None]), some.randrange(12)): (
            some.randrange(4),
            f"{some.randint(-99_999, 299_999)}e-4",
        )
        for _ in range(600)
    }
    tables = {
        "fct_daily_engagement": [{"event_date": day(n), "dau": 1, "sessions": 1} for n in range(1, 31)],
        "dim_products": products,
        "fct_revenue": [
            revenue(f"p{product}", on, units, net, currency, **WHERE[where])
            for (product, on, currency, where), (units, net) in sold.items()
        ],
        "fct_product_days": [
            seen(f"p{n}", on, views := some.randint(1, 9), some.randint(0, views))
            for n in range(50)
            for on in range(1, 31)
            if some.randrange(3)
        ],
    }
    return publish_to(load_settings(home=tmp_path_factory.mktemp("full")), tables)


@pytest.mark.slow
@pytest.mark.parametrize("category", [None, "c1", "(none)"])
@pytest.mark.parametrize("part", SLICES)
def test_products_and_categories_add_up_to_the_overviews_revenue(part: Slice, category: str | None, full: Path) -> None:
    for currency in ("EUR", None):
        for period, compared in ((MONTH, None), (Period(day(20), day(30)), Period(day(3), day(13)))):
            view = (currency, part, category)
            net = overview.kpis(full, period, *view).net
            sums = queries.sums(full, period, *view)
            found = queries.products(full, period, compared, *view)
            assert sum(product.net for product in found) == net
            assert sum(product.units for product in found) == sums.units
            if compared:
                assert sum(product.net_before for product in found) == overview.kpis(full, compared, *view).net
            leaves = categories(full, period, *view)
            assert sum(leaf["net"] for leaf in leaves) == net
            assert tuple(sum(leaf[of] for leaf in leaves) for of in ("units", "views", "purchases")) == (
                sums.units,
                sums.views,
                sums.purchases,
            )


def test_categories_of_the_first_level_are_the_overviews(full: Path) -> None:
    nodes = tree(categories(full, MONTH, "EUR", Slice(), None), 1)
    told = {node.path[0]: float(node.net) for node in nodes}
    assert told == {row["category"]: row["net"] for row in overview.categories(full, MONTH, "EUR")}
    for name in ("c0", "c1", "c2"):
        assert float(overview.kpis(full, MONTH, "EUR", Slice(), name).net) == told[name]


def test_the_best_and_the_falling_are_those_of_all_products(full: Path) -> None:
    view = (SECOND_WEEK, Period(day(1), day(7)), "EUR", Slice(country="DE"), None)
    everything = queries.products(full, *view)
    assert sorted(everything, key=lambda product: (-product.net, product.product_id)) == everything
    assert queries.products(full, *view, BEST, 5) == everything[:5]
    lost = [product for product in everything if product.net < product.net_before]
    lost.sort(key=lambda product: (product.net - product.net_before, product.product_id))
    assert queries.products(full, *view, FALLING, 5) == lost[:5]
    named = {(row["Product"], row["Net revenue"]) for row in overview.products(full, SECOND_WEEK, "EUR", view[3])}
    assert named == {(product.name, product.net) for product in everything[: overview.TOP]}


def test_a_product_is_told_with_its_sessions_and_what_it_was_before(publish) -> None:
    copy = publish()
    best, other = queries.products(copy, SECOND_WEEK, SECOND_WEEK.before(), "EUR", Slice(), None)
    assert best == Product("p1", "Kettle", 2, Decimal("49.9950"), 1, Decimal(90), 5, 1, 4)
    assert best.rate == 20
    assert (other.name, other.units_before, other.net_before, other.views_before) == ("product p2", 0, 0, 0)
    assert queries.sums(copy, SECOND_WEEK, "EUR", Slice(), None) == Sums(3, 11, 2)


def test_a_price_that_changed_more_than_once_is_told_from_the_first_to_the_last(publish) -> None:
    copy = publish()
    found = price_changes(copy, SECOND_WEEK, None, "EUR", Slice(), None)
    assert [(row["product_id"], row["changes"], row["before"], row["after"]) for row in found] == [
        ("p1", 3, 32, 28),
        ("p3", 1, 5, 6),
    ]
    assert [row["product_id"] for row in price_changes(copy, SECOND_WEEK, None, "EUR", Slice(), None, 1)] == ["p1"]
    assert price_changes(copy, Period(day(2), day(7)), None, "EUR", Slice(), None) == []


@pytest.mark.slow
def test_the_page_shows_the_overviews_tiles_and_its_own(publish) -> None:
    publish()
    shown, told = tiles(linked("products")), tiles(linked("overview"))
    assert {name: shown[name] for name in ("Net revenue, EUR", "Orders")} == {
        name: told[name] for name in ("Net revenue, EUR", "Orders")
    }
    assert shown["Units"] == ("3", "+200.0 %")
    assert shown["View to purchase"] == ("18.18 %", "-6.82 pp")


@pytest.mark.slow
def test_its_tables_are_what_was_asked(publish) -> None:
    publish()
    page = linked("products", levels="2 levels")
    best, falling, nodes, prices = tables(page)
    assert best == [
        ["Kettle", "50.00", "-44.4 %", "2", "5", "20.00 %"],
        ["product p2", "40.00", "–", "1", "5", "20.00 %"],
    ]
    assert falling == [["Kettle", "40.00", "50.00", "90.00", "2", "1", "5", "4"]]
    assert [[cell.replace("\xa0", ".") for cell in row] for row in nodes] == [
        ["home and kitchen", "50.00", "55.55 %", "2", "6", "16.67 %"],
        ["....(nothing finer told)", "50.00", "55.55 %", "2", "5", "20.00 %"],
        ["....tea", "0.00", "0.00 %", "0", "1", "0.00 %"],
        ["no category", "40.00", "44.45 %", "1", "5", "20.00 %"],
    ]
    assert [row[2:] for row in prices] == [
        ["EUR", "32.00", "28.00", "-12.5 %", "2", "1"],
        ["EUR → GBP", "5.00", "6.00", "–", "0", "0"],
    ]
    assert [rate for day in told(charts(page)[0]).values() if (rate := day["View to purchase, %"])] == [100 / 7, 25.0]


@pytest.mark.slow
def test_it_says_which_filters_do_not_apply(publish) -> None:
    publish()
    said = captions(linked("products", device="mobile", category="home_and_kitchen"))
    assert said.count("all devices") == 1, "the tile of the rate"
    assert said.count("all categories") == 1, "the tile of the orders"
    assert said.count("Seen and view to purchase: all devices") == 2
    assert "Seen: all devices" in said


def test_without_anything_and_without_days_to_compare_with_it_says_so(publish) -> None:
    publish()
    said = captions(linked("products", period="Custom", days="2025-11-03..2025-11-05"))
    assert [line for line in said if line.endswith((".", "period."))] == [
        "Nothing was sold in this period.",
        "There are no days to compare with.",
        "Nothing was seen or sold in this period.",
        "No price changed in this period.",
    ]


@pytest.mark.slow
def test_the_tables_are_downloaded_with_ids_and_exact_amounts(publish, monkeypatch) -> None:
    """The buttons hand out what is asked at the click: here the rows are taken where they are made."""
    offered = {}
    monkeypatch.setattr("dashboards.downloads.offer", lambda rows, name, view: offered.update({name: rows}))
    many = [price(f"p{place}", 10, "10", "11") for place in range(30)]
    publish({**TWO_WEEKS, "fct_price_changes": many})
    linked("products")
    files = {name: rows() for name, rows in offered.items()}
    assert [(row["Product ID"], row["Net revenue"]) for row in files["products"]] == [
        ("p1", Decimal("49.9950")),
        ("p2", Decimal(40)),
    ]
    assert len(files["price_changes"]) == 30
    assert sum(row["Net revenue"] for row in files["categories"]) == Decimal("89.9950")
    assert [row["Net revenue before"] for row in files["falling_products"]] == [Decimal(90)]

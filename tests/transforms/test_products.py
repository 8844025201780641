"""A product is what its latest version says it is, and none that was bought is missing."""

from datetime import date, datetime
from decimal import Decimal
from itertools import permutations

at = datetime.fromisoformat

FIRST = {"product_id": "p1", "updated_at": "2025-11-01 00:00:00", "category": "home", "unit_price": "10", "brand": "A"}
CHEAPER = {**FIRST, "updated_at": "2025-11-03 00:00:00", "category": "home.kitchen", "unit_price": "8.5"}
EARLIER = {**FIRST, "updated_at": "2025-10-01 00:00:00", "unit_price": "11"}
RENAMED = {**CHEAPER, "updated_at": "2025-11-07 00:00:00", "product_name": "Kettle"}


def test_the_latest_version_counts_in_whatever_order_they_came(warehouse):
    for order in permutations([FIRST, CHEAPER, RENAMED]):
        products = [{**version, "batch_id": f"b{place}"} for place, version in enumerate([*order, EARLIER])]
        world = warehouse(products=products)
        assert world.rows(
            "dim_products", "product_name", "category", "unit_price", "price_changed_at", "updated_at"
        ) == [("Kettle", "home.kitchen", Decimal("8.5000"), at("2025-11-03"), at("2025-11-07"))]


def test_of_versions_of_one_midnight_the_content_decides(warehouse):
    dearer = {**FIRST, "unit_price": "12"}
    for products in ([FIRST, dearer], [dearer, FIRST]):
        assert warehouse(products=products).rows("dim_products", "unit_price") == [(Decimal("10.0000"),)]


def test_a_product_that_is_only_bought_has_a_row_to_be_joined_to(warehouse):
    bought = {"event_type": "purchase", "product_id": "p9", "quantity": 1, "unit_price": "3"}
    world = warehouse(
        events=[
            {**bought, "event_timestamp": "2025-11-02 10:00:00"},
            {**bought, "event_timestamp": "2025-11-01 10:00:00", "event_type": "refund"},
        ]
    )
    assert world.rows("dim_products", "product_id", "is_inferred", "is_active", "first_event_date", "category") == [
        ("p9", True, True, date(2025, 11, 1), None)
    ]


def test_a_category_without_levels_below_has_none(warehouse):
    products = [
        {**FIRST, "category": category, "product_id": category or "none"} for category in ("a", "a.b.c.d", None)
    ]
    world = warehouse(products=products)
    assert world.rows("dim_products", *[f"category_level_{level}" for level in (1, 2, 3)]) == [
        ("a", "b", "c"),
        ("a", None, None),
        (None, None, None),
    ]


def test_a_product_that_moves_to_another_category_changes_no_row_of_revenue(warehouse):
    bought = {"event_type": "purchase", "product_id": "p1", "quantity": 1, "unit_price": "10", "currency": "EUR"}
    events = [{**bought, "event_timestamp": "2025-11-02 10:00:00"}]
    before, after = (warehouse(events=events, products=products) for products in ([FIRST], [FIRST, CHEAPER]))
    assert before.rows("fct_revenue") == after.rows("fct_revenue")
    assert before.rows("dim_products") != after.rows("dim_products")

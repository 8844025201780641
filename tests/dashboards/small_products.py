"""What the marts say of the products of the small shop, besides what was sold of them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

Row = dict[str, Any]


def seen(product: str, on: int, views: int, purchases: int = 0) -> Row:
    """So many sessions of a day of November saw a product; those that bought it had it in the cart."""
    steps = {"sessions": views, "view_sessions": views, "cart_sessions": purchases, "purchase_sessions": purchases}
    return {"session_date": date(2025, 11, on), "product_id": product, **steps}


def price(product: str, on: int, before: str | None, after: str, hour: int = 8, **currencies: str) -> Row:
    at = datetime(2025, 11, on, hour)  # as it lies in the mart
    prices = {"previous_unit_price": before and Decimal(before), "unit_price": Decimal(after)}
    told = {"product_id": product, "changed_date": at.date(), "changed_at": at, **prices}
    return told | {"previous_currency": "EUR", "currency": "EUR"} | currencies


SEEN = [
    seen("p1", 2, 4, 1),
    seen("p1", 10, 5, 1),
    seen("p2", 10, 2),
    seen("p2", 14, 3, 1),
    seen("p3", 14, 1),  # of which nothing was ever sold
]
PRICES = [
    price("p1", 1, "40", "32"),
    price("p1", 9, "32", "30"),
    price("p1", 12, "30", "24"),
    price("p1", 12, "24", "28", hour=9),
    price("p3", 8, "5", "6", currency="GBP"),
]

"""Money: what things cost, what is taken off, and what comes back. Amounts are cents of the visitor's currency."""

from __future__ import annotations

import numpy as np

from flows.shop import places
from flows.shop.assortment import CATEGORIES
from flows.shop.catalogue import Catalogue, in_pounds
from flows.shop.columns import Array, Columns, take
from flows.shop.draw import chance
from flows.shop.season import SALES
from flows.shop.steps import NONE, TYPE
from flows.shop.web import Web

COUPON_PERCENT = 10
_DAY_MS = 86_400_000
_RETURNS = np.array([category.returns for category in CATEGORIES], dtype=np.float32)


def price(visits: Columns, rows: Columns, catalogue: Catalogue, day: int) -> Array:
    """The price of the product of each row, NONE where there is no product."""
    cents = np.full(len(rows["product"]), NONE, dtype=np.int32)
    sold = np.flatnonzero(rows["product"] != NONE)
    cents[sold] = catalogue.price_on(day)[rows["product"][sold]]
    abroad = sold[(places.of_countries("currency") == "GBP")[visits["country"][rows["visit"][sold]]]]
    cents[abroad] = in_pounds(cents[abroad])
    return cents


def take_off(visits: Columns, rows: Columns, catalogue: Catalogue, web: Web, sale: int | None) -> Array:
    """What is taken off each purchase by the sale or a coupon, NONE where nothing is; says which in `properties`."""
    off = np.full(len(rows["type"]), NONE, dtype=np.int32)
    bought = np.flatnonzero(rows["type"] == TYPE["purchase"])
    percents = np.array(SALES[sale].percents if sale is not None else (0,))
    by_sale = percents[catalogue.category[rows["product"][bought]] % len(percents)]
    by_coupon = np.where(visits["coupon"][rows["visit"][bought]], COUPON_PERCENT, 0)
    percent = np.maximum(by_sale, by_coupon)
    amount = rows["price"][bought].astype(np.int64) * rows["quantity"][bought] * percent
    off[bought] = np.where(percent > 0, (amount + 50) // 100, NONE)
    why = np.where(by_sale >= by_coupon, web.properties_of_sale(sale or 0), web.properties_of_coupon)
    rows["properties"][bought] = np.where(percent > 0, why, NONE)
    return off


def refunds(rng: np.random.Generator, rows: Columns, catalogue: Catalogue) -> Columns:
    """Lines that come back days later, in full or in part, at the price and with the share of the discount they had."""
    bought = np.flatnonzero(rows["type"] == TYPE["purchase"])
    category = catalogue.category[rows["product"][bought]]
    back = take(rows, bought[chance(rng, _RETURNS[category], len(bought))])
    count = len(back["type"])
    days = 2 + np.minimum(rng.gamma(2.0, 3.2, count), 40).astype(np.int64)
    back["ts"] = (back["ts"] // _DAY_MS + days) * _DAY_MS + rng.integers(7 * 3_600_000, 16 * 3_600_000, count)
    bought_quantity = back["quantity"].astype(np.int64)
    in_part = np.where(chance(rng, 0.4, count), rng.integers(1, bought_quantity + 1), bought_quantity)
    back["discount"] = np.where(
        back["discount"] == NONE, NONE, back["discount"].astype(np.int64) * in_part // bought_quantity
    ).astype(np.int32)
    back["quantity"] = in_part.astype(np.int16)
    back["type"] = np.full(count, TYPE["refund"], dtype=np.int8)
    for name in ("page", "referrer", "properties"):
        back[name] = np.full(count, NONE, dtype=back[name].dtype)
    back["is_landing"] = np.zeros(count, dtype=bool)
    return back

"""From the cart to the order: what is put in, taken out, left behind, checked out and bought."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from flows.shop import personas
from flows.shop.assortment import CATEGORIES
from flows.shop.browsing import Browsing
from flows.shop.catalogue import Catalogue
from flows.shop.columns import Array, Columns
from flows.shop.draw import chance, pick_by, quantiles
from flows.shop.people import NOBODY
from flows.shop.steps import CART, CHECKOUT, LINES, NONE, PAYMENT, REMOVES, THANKS, TYPE, rank_within, steps
from flows.shop.web import Web

# How many of one thing: 1, 2, 3, 4, 6 …; rows: what lasts, what is used up.
_HOW_MANY = np.array([1, 2, 3, 4, 6])
_QUANTITIES = np.stack([quantiles((88, 8, 1, 2, 1), 256), quantiles((46, 26, 14, 8, 6), 256)])
_IS_CONSUMABLE = np.array([category.is_consumable for category in CATEGORIES]).astype(np.int8)


@dataclass(frozen=True)
class Shopping:
    """`parts` are the steps around the cart; `has_cart` says which visits had something in it, `left` which product
    each of them leaves behind (NONE for an empty cart, and after an order), `orders` how many orders were made."""

    parts: list[Columns]
    has_cart: Array
    left: Array
    orders: int


def shop(
    rng: np.random.Generator, visits: Columns, seen: Browsing, catalogue: Catalogue, web: Web, next_order: int
) -> Shopping:
    """What these visits do with their carts; orders are numbered from `next_order`."""
    count, resumes = len(visits["carts"]), visits["cart"] != NOBODY
    fills = np.flatnonzero(visits["carts"][seen.visit])
    readiness = personas.habit("adds")[visits["persona"][seen.visit[fills]]]
    added = fills[seen.is_last[fills] | chance(rng, readiness, len(fills))]
    visit, product = seen.visit[added], seen.product[added]
    is_consumable = _IS_CONSUMABLE[catalogue.category[product]]
    quantity = _HOW_MANY[pick_by(rng, _QUANTITIES, is_consumable)]
    is_out = chance(rng, 0.09, len(added))

    lines = np.concatenate([visit[~is_out], np.flatnonzero(resumes)])
    order = np.argsort(lines, kind="stable")
    lines = lines[order]
    lines_product = np.concatenate([product[~is_out], visits["cart"][resumes]])[order]
    lines_quantity = np.concatenate([quantity[~is_out], np.ones(int(resumes.sum()), dtype=np.int64)])[order]

    in_cart, removes = np.bincount(lines, minlength=count), np.bincount(visit[is_out], minlength=count)
    checks_out = visits["checks_out"] & (in_cart > 0)
    buys = visits["buys"] & checks_out
    pays = np.flatnonzero(checks_out & (buys | chance(rng, 0.6, count)))
    sees_cart = np.flatnonzero(visits["carts"] & (checks_out | (removes > 0) | chance(rng, 0.4, count)))
    buyers, checkouts, bought = np.flatnonzero(buys), np.flatnonzero(checks_out), buys[lines]
    numbers = next_order + np.cumsum(buys) - 1
    left = np.full(count, NONE, dtype=np.int32)
    left[lines] = lines_product
    left[buys] = NONE

    out_of, page = visit[is_out], web.first_product + product
    added_steps = steps(visit, seen.place[added] + 1, TYPE["add_to_cart"], page, product=product, quantity=quantity)
    removed_steps = steps(
        out_of,
        REMOVES + rank_within(out_of, count),
        TYPE["remove_from_cart"],
        web.cart,
        product=product[is_out],
        quantity=quantity[is_out],
    )
    purchases = steps(
        lines[bought],
        LINES + rank_within(lines[bought], count),
        TYPE["purchase"],
        web.thanks,
        product=lines_product[bought],
        quantity=lines_quantity[bought],
        order=numbers[lines[bought]],
    )
    how_many = web.properties_of_checkout(in_cart[checkouts])
    return Shopping(
        parts=[
            added_steps,
            steps(sees_cart, CART, TYPE["page_view"], web.cart),
            removed_steps,
            steps(checkouts, CHECKOUT, TYPE["begin_checkout"], web.checkout, properties=how_many),
            steps(pays, PAYMENT, TYPE["page_view"], web.payment),
            purchases,
            steps(buyers, THANKS, TYPE["page_view"], web.thanks),
        ],
        has_cart=in_cart > 0,
        left=left,
        orders=len(buyers),
    )

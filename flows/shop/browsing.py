"""Looking around: the pages of each visit, up to the moment when somebody goes to the cart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from flows.shop import personas
from flows.shop.assortment import CATEGORIES
from flows.shop.catalogue import Catalogue
from flows.shop.columns import Array, Columns
from flows.shop.draw import chance, pick, pick_by, quantiles, top_heavy
from flows.shop.people import NOBODY
from flows.shop.steps import NONE, TYPE, rank_within, steps
from flows.shop.web import CART, HOME, INFO, PRODUCT, SEARCH, SEARCHES_PER_CATEGORY, Web, search_of

_TYPES = np.full(CART + 1, TYPE["page_view"], dtype=np.int8)
_TYPES[SEARCH], _TYPES[PRODUCT] = TYPE["search"], TYPE["product_view"]
_BROWSING = personas.browsing()
_ANYTHING = quantiles([category.interest for category in CATEGORIES])


@dataclass(frozen=True)
class Browsing:
    """`pages` are the steps. Of the products seen: in which visit and place, and whether on the visit's last page."""

    pages: Columns
    visit: Array
    place: Array
    product: Array
    is_last: Array


def browse(rng: np.random.Generator, visits: Columns, catalogue: Catalogue, web: Web, day: int) -> Browsing:
    """The pages that these visits look at; those that fill a cart end on a product."""
    count, opens = len(visits["pages"]), np.cumsum(visits["pages"]) - visits["pages"]
    visit = np.repeat(np.arange(count, dtype=np.int32), visits["pages"])
    rank = rank_within(visit, count)
    closes = opens + visits["pages"] - 1

    kind = pick_by(rng, _BROWSING, visits["persona"][visit])
    kind[opens] = np.where(visits["cart"] != NOBODY, CART, visits["lands"])
    kind[closes[visits["carts"]]] = PRODUCT

    is_true = chance(rng, 0.65, len(kind))
    category = np.where(is_true, visits["interest"][visit], pick(rng, _ANYTHING, len(kind)))
    page = web.categories + category
    page[kind == HOME], page[kind == CART] = web.home, web.cart
    informed, searched, seen = (np.flatnonzero(kind == which) for which in (INFO, SEARCH, PRODUCT))
    page[informed] = web.info_pages(category[informed])
    width = np.full(len(searched), SEARCHES_PER_CATEGORY)
    query = search_of(category[searched], top_heavy(rng, width, 2))
    page[searched] = web.searches + query
    product = catalogue.shown_on(day)[catalogue.choose(rng, category[seen])]
    page[seen] = web.first_product + product

    properties = np.full(len(kind), NONE, dtype=np.int16)
    properties[searched] = web.properties_of_search(query)
    of_product = np.full(len(kind), NONE, dtype=np.int32)
    of_product[seen] = product
    return Browsing(
        pages=steps(visit, 2 * rank, _TYPES[kind], page, product=of_product, properties=properties),
        visit=visit[seen],
        place=2 * rank[seen],
        product=product,
        is_last=seen == closes[visit[seen]],
    )

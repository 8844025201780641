"""The shop's web site: every page has a number, and its address is made of words once, not per event."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote_plus

import numpy as np

from flows.shop.assortment import BRANDS, CATEGORIES, COLOURS
from flows.shop.columns import Array
from flows.shop.season import SALES

KINDS = ("home", "category", "search", "product", "info")
HOME, CATEGORY, SEARCH, PRODUCT, INFO = range(len(KINDS))
CART = len(KINDS)

SHOP = "https://www.hearth-and-hall.example"
_SINGLE = ("/", "/cart", "/checkout", "/checkout/payment", "/checkout/thank-you")
_INFO = ("/help/delivery", "/help/returns", "/account", "/stories/slow-mornings", "/about", "/help/contact")
SEARCHES_PER_CATEGORY = 8
MOST_LINES = 40


@dataclass(frozen=True)
class Web:
    """Numbers of pages: the single ones, information, categories, searches, products, then the sites outside."""

    products: tuple[str, ...]
    referrers: tuple[str, ...]

    home, cart, checkout, payment, thanks = range(len(_SINGLE))
    info = len(_SINGLE)
    categories = info + len(_INFO)
    searches = categories + len(CATEGORIES)
    first_product = searches + len(CATEGORIES) * SEARCHES_PER_CATEGORY

    @property
    def first_referrer(self) -> int:
        return self.first_product + len(self.products)

    @cached_property
    def urls(self) -> list[str]:
        """The address of every page, in the order of their numbers."""
        own = [
            *_SINGLE,
            *_INFO,
            *("/c/" + category.path.replace(".", "/").replace("_", "-") for category in CATEGORIES),
            *("/search?q=" + quote_plus(query) for query in queries()),
            *self.products,
        ]
        return [SHOP + path for path in own] + list(self.referrers)

    @cached_property
    def properties(self) -> list[str]:
        """The JSON texts that events carry, in the order of their numbers: searches, checkouts, sales, the coupon."""
        return [
            *(
                json.dumps({"query": typed, "results": results_of(k)}, ensure_ascii=False)
                for k, typed in enumerate(queries())
            ),
            *(json.dumps({"lines": lines}) for lines in range(MOST_LINES + 1)),
            *(json.dumps({"promotion": sale.name}) for sale in SALES),
            json.dumps({"coupon": "SAVE10"}),
        ]

    properties_of_coupon = len(CATEGORIES) * SEARCHES_PER_CATEGORY + MOST_LINES + 1 + len(SALES)

    def properties_of_search(self, search: Array) -> Array:
        return search

    def properties_of_checkout(self, lines: Array) -> Array:
        numbers: Array = len(CATEGORIES) * SEARCHES_PER_CATEGORY + np.minimum(lines, MOST_LINES)
        return numbers

    def properties_of_sale(self, sale: int) -> int:
        return len(CATEGORIES) * SEARCHES_PER_CATEGORY + MOST_LINES + 1 + sale

    def info_pages(self, random_numbers: Array) -> Array:
        """An information page for each random number."""
        pages: Array = self.info + random_numbers % len(_INFO)
        return pages


def queries() -> list[str]:
    """What people type into the search, SEARCHES_PER_CATEGORY for each category, the most frequent first."""
    typed = []
    for place, category in enumerate(CATEGORIES):
        word = category.noun.lower()
        brand, colour = BRANDS[place % len(BRANDS)], COLOURS[place % len(COLOURS)]
        typed += [
            word,
            f"{brand} {word}",
            f"{word} {colour}",
            f"cheap {word}",
            word[:2] + word[3:] if len(word) > 4 else word + word[-1],
            f"{word} set of 2",
            f'{word} 12"',
            f"gift {word} under 50€",
        ]
    return typed


def results_of(query: int) -> int:
    """How many products a search finds: few for narrow ones, none for the misspelled ones."""
    place, kind = divmod(query, SEARCHES_PER_CATEGORY)
    return 0 if kind == 4 else (37 + 11 * place % 29) // (1, 4, 3, 2, 1, 5, 9, 3)[kind]


def search_of(categories: Array, places: Array) -> Array:
    """The number of a search: one of those of each category."""
    chosen: Array = categories * SEARCHES_PER_CATEGORY + np.minimum(places, SEARCHES_PER_CATEGORY - 1)
    return chosen

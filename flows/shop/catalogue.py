"""The products: a long tail in every category, with prices that change and pieces that come and go."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from flows.shop.assortment import BRANDS, CATEGORIES, COLOURS, STYLES
from flows.shop.columns import Array, Columns
from flows.shop.draw import chance, top_heavy
from flows.shop.places import POUNDS_PER_EURO

DAY_MS = 86_400_000
NEVER = 2**31 - 1


def midnight_ms(day: date) -> int:
    """The first millisecond of a day in UTC, since 1970."""
    return (datetime(day.year, day.month, day.day) - datetime(1970, 1, 1)).days * DAY_MS  # noqa: DTZ001


@dataclass(frozen=True)
class Catalogue:
    """All products, sorted by category, the favourites of each category first. Prices are cents of euros.

    `prices[k]` is the price from day `changes[k]` on (days count from the shop's first, NEVER where there is no k-th
    change); a product is on sale from `launched` until `retired`, and `stand_in` is shown in its place otherwise.
    """

    category: Array
    first: Array
    count: Array
    prices: Array
    changes: Array
    launched: Array
    retired: Array
    stand_in: Array
    created_ms: Array
    names: tuple[str, ...]
    brand: Array

    def __len__(self) -> int:
        return len(self.category)

    def price_on(self, day: int) -> Array:
        """The price of every product on that day, in cents of euros."""
        price: Array = self.prices[0]
        for changed, new in zip(self.changes[1:], self.prices[1:], strict=True):
            price = np.where(changed <= day, new, price)
        return price

    def shown_on(self, day: int) -> Array:
        """For every product, itself if it is on sale that day, else the one that stands in for it."""
        is_on_sale = (self.launched <= day) & (day < self.retired)
        return np.where(is_on_sale, np.arange(len(self), dtype=np.int32), self.stand_in)

    def choose(self, rng: np.random.Generator, categories: Array) -> Array:
        """A product of each of these categories, favourites most often."""
        product: Array = self.first[categories] + top_heavy(rng, self.count[categories], 3)
        return product

    def paths(self) -> tuple[str, ...]:
        """The address of every product's page below the shop's own."""
        return tuple(f"/p/{_slug(name)}-{place}" for place, name in enumerate(self.names))

    def versions(self, start_ms: int, days: int) -> Columns:
        """Every version up to the last day, in order of time: product, updated_ms, price, is_active."""
        product, updated, price, active = [], [], [], []
        everything = np.arange(len(self), dtype=np.int32)
        for k, (changed, cents) in enumerate(zip(self.changes, self.prices, strict=True)):
            told = np.flatnonzero((changed < days) & (changed < self.retired))
            day = np.maximum(changed, self.launched)[told] if k == 0 else changed[told]
            is_old = (k == 0) & (self.launched[told] == 0)
            updated.append(np.where(is_old, self.created_ms[told], start_ms + day.astype(np.int64) * DAY_MS))
            product.append(everything[told])
            price.append(cents[told])
            active.append(np.ones(len(told), dtype=bool))
        gone = np.flatnonzero(self.retired < days)
        product.append(everything[gone])
        updated.append(start_ms + self.retired[gone].astype(np.int64) * DAY_MS)
        price.append(self.price_on(days)[gone])
        active.append(np.zeros(len(gone), dtype=bool))
        found = {"product": product, "updated_ms": updated, "price": price, "is_active": active}
        columns = {name: np.concatenate(parts) for name, parts in found.items()}
        order = np.lexsort((columns["product"], columns["updated_ms"]))
        return {name: column[order] for name, column in columns.items()}


def open_catalogue(rng: np.random.Generator, products: int, start: date, days: int) -> Catalogue:
    """A catalogue of about so many products, at least one in every category."""
    interest = np.array([category.interest for category in CATEGORIES])
    count = np.maximum(1, np.round(products * np.sqrt(interest) / np.sqrt(interest).sum())).astype(np.int32)
    first = (np.cumsum(count) - count).astype(np.int32)
    category = np.repeat(np.arange(len(CATEGORIES), dtype=np.int16), count)
    total = len(category)
    middle = np.array([category.price for category in CATEGORIES])[category]
    prices = [_rounded(middle * 100 * np.exp(rng.normal(0, 0.45, total)))]
    changes = [np.zeros(total, dtype=np.int32)]
    for _ in range(1 + min(days // 60, 5)):
        factor = np.array([0.8, 0.85, 0.9, 0.95, 1.05, 1.08, 1.12])[rng.integers(0, 7, total)]
        # Twenty days after the change before at the soonest: a price that changes daily would teach nobody anything.
        day = changes[-1].astype(np.int64) + np.where(changes[-1] == 0, 1, 20) + rng.integers(0, 120, total)
        is_told = (day < days) & (changes[-1] != NEVER)
        changes.append(np.where(is_told, day, NEVER).astype(np.int32))
        prices.append(np.where(is_told, _rounded(prices[-1] * factor), prices[-1]))
    is_favourite = np.arange(total) == first[category]
    launched = np.where(chance(rng, 0.04, total) & ~is_favourite, rng.integers(0, days, total), 0)
    retired = np.where(chance(rng, 0.03, total) & ~is_favourite, launched + rng.integers(1, 60, total), NEVER)
    brand = rng.integers(0, len(BRANDS), total)
    names = _names(rng, category, brand)
    age_days = rng.integers(10, 900, total)
    created = midnight_ms(start) - age_days * DAY_MS + rng.integers(7, 18, total) * 3_600_000
    return Catalogue(
        category=category,
        first=first,
        count=count,
        prices=np.stack(prices),
        changes=np.stack([changes[0], *(np.where(day > launched, day, NEVER) for day in changes[1:])]),
        launched=launched.astype(np.int32),
        retired=retired.astype(np.int32),
        stand_in=first[category],
        created_ms=created,
        names=names,
        brand=brand,
    )


def in_pounds(cents: Array) -> Array:
    """Prices in pence that look like prices: ending in 9."""
    pence: Array = np.maximum(np.round(cents * POUNDS_PER_EURO / 10).astype(cents.dtype) * 10 - 1, 99)
    return pence


def _rounded(cents: Array) -> Array:
    """Prices as shops write them: 12.99, 149.00, 849.00."""
    whole = np.maximum(np.round(cents / 100), 2).astype(np.int32) * 100
    rounded: Array = np.where(whole < 10_000, whole - 1, whole)
    return rounded


def _names(rng: np.random.Generator, category: Array, brand: Array) -> tuple[str, ...]:
    style = rng.integers(0, len(STYLES), len(category))
    colour = rng.integers(0, 2 * len(COLOURS), len(category))
    return tuple(
        f"{BRANDS[b]} {CATEGORIES[c].noun} {STYLES[s]}" + (f", {COLOURS[k]}" if k < len(COLOURS) else "")
        for c, b, s, k in zip(category.tolist(), brand.tolist(), style.tolist(), colour.tolist(), strict=True)
    )


def _slug(name: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.replace("'", "")).strip("-")

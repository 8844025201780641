"""Drawing fast: a distribution is a table that one small random number points into; no search per value."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from flows.shop.columns import Array

FINE = 65_536
COARSE = 4_096


def generator(seed: int) -> np.random.Generator:
    """The one source of randomness of a shop, handed down to all of it. `seed` is a whole number from 0 up."""
    return np.random.Generator(np.random.SFC64(seed))


def quantiles(weights: Sequence[float] | Array, size: int = FINE) -> Array:
    """A table in which code i fills a share of `weights[i]`; `size` places, at most 65,536."""
    share = np.cumsum(np.asarray(weights, dtype=np.float64))
    places = (np.arange(size) + 0.5) / size * share[-1]
    codes: Array = np.searchsorted(share, places, side="right").astype(np.int32)
    return codes


def pick(rng: np.random.Generator, table: Array, count: int) -> Array:
    """`count` codes out of one table of `quantiles`."""
    chosen: Array = table[rng.integers(0, len(table), count, dtype=np.uint16 if len(table) < FINE else np.uint32)]
    return chosen


def pick_by(rng: np.random.Generator, tables: Array, which: Array) -> Array:
    """One code for each entry of `which`, out of the row `tables[which]`."""
    chosen: Array = tables[which, rng.integers(0, tables.shape[1], len(which), dtype=np.uint16)]
    return chosen


def chance(rng: np.random.Generator, probability: float | Array, count: int) -> Array:
    """True with this probability, `count` times."""
    happened: Array = rng.random(count, dtype=np.float32) < probability
    return happened


def top_heavy(rng: np.random.Generator, sizes: Array, power: int) -> Array:
    """A place from 0 up to each of `sizes`, the low places by far the most often: the tenth at the top gets a share
    of `0.1 ** (1 / power)` (46 % for 3)."""
    share = rng.random(len(sizes), dtype=np.float32)
    curve = share.copy()
    for _ in range(power - 1):
        curve *= share
    places: Array = np.minimum((curve * sizes).astype(np.int32), sizes - 1)
    return places


def scrambled(numbers: Array, key: int) -> Array:
    """Numbers below 2**63 to numbers with 16 hexadecimal digits, one to one, without visible order."""
    mask, top = np.uint64(2**63 - 1), np.uint64(2**63)
    mixed = (numbers.astype(np.uint64) ^ np.uint64(key)) & mask
    mixed = (mixed * np.uint64(0x9E3779B97F4A7C15)) & mask
    mixed ^= mixed >> np.uint64(31)
    mixed = (mixed * np.uint64(0xBF58476D1CE4E5B9)) & mask
    mixed ^= mixed >> np.uint64(29)
    scrambled_numbers: Array = mixed | top
    return scrambled_numbers

"""When the shop learns who its visitor is: from the start, somewhere on the way, at the checkout, or never."""

from __future__ import annotations

import numpy as np

from flows.shop.columns import Array, Columns, length
from flows.shop.people import NOBODY, People
from flows.shop.steps import TYPE
from flows.shop.visits import AT_CHECKOUT, FROM_THE_START, MIDWAY


def sign_in(
    rng: np.random.Generator, people: People, visits: Columns, rows: Columns, first: Array, end_ms: int
) -> Array:
    """For each row, whether its user is known by then; `first` is the row in which each visit begins.

    Opens the accounts that visitors make on the way (before `end_ms`) and writes them into `visits`.
    """
    count = length(rows)
    steps = np.diff(np.append(first, count))
    midway = first + 1 + (rng.random(len(first)) * (steps - 1)).astype(np.int64)
    at_checkout = np.full(len(first), count)
    checkout = np.flatnonzero(rows["type"] == TYPE["begin_checkout"])
    at_checkout[rows["visit"][checkout]] = checkout
    how = visits["signs_in"]
    known = np.select([how == FROM_THE_START, how == MIDWAY, how == AT_CHECKOUT], [first, midway, at_checkout], count)
    new = np.flatnonzero(visits["signs_up"] & (known < first + steps))
    new = new[rows["ts"][known[new]] < end_ms]
    people.sign_up(visits["person"][new], rows["ts"][known[new]])
    visits["user"][new] = people.all["user"][visits["person"][new]]
    is_known: Array = (np.arange(count) >= known[rows["visit"]]) & (visits["user"] != NOBODY)[rows["visit"]]
    return is_known

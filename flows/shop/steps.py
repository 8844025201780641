"""Steps of visits, made in pieces and laid in order: one row per event, told in numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from flows.records import EVENT_TYPES
from flows.shop.columns import Array, Columns, join, take
from flows.shop.web import Web

NONE = -1
TYPE = {name: code for code, name in enumerate(EVENT_TYPES)}
# Where the parts of a visit stand: first the pages, each with room behind it, then the rest.
AFTER_PAGES = 1_000
CART, REMOVES, CHECKOUT, PAYMENT, LINES, THANKS = range(AFTER_PAGES, AFTER_PAGES + 6_000, 1_000)


def steps(
    visit: Array,
    place: Array | int,
    type_of: Array | int,
    page: Array | int,
    *,
    product: Array | int = NONE,
    quantity: Array | int = NONE,
    order: Array | int = NONE,
    properties: Array | int = NONE,
) -> Columns:
    """One row per entry of `visit`: what is done (`type_of`, a code of TYPE), where, and its place within the visit."""
    count = len(visit)
    rows: Columns = {"visit": visit.astype(np.int32)}
    for name, kind, values in (
        ("place", np.int32, place),
        ("type", np.int8, type_of),
        ("page", np.int32, page),
        ("product", np.int32, product),
        ("quantity", np.int16, quantity),
        ("order", np.int32, order),
        ("properties", np.int16, properties),
    ):
        rows[name] = np.empty(count, dtype=kind)
        rows[name][:] = values
    return rows


def in_order(parts: Sequence[Columns]) -> Columns:
    """All parts, visit by visit, each visit's steps in their places."""
    rows = join(parts)
    # Each part is in order already: a stable sort merges them, which takes a fraction of sorting.
    order = np.argsort(rows["visit"].astype(np.int64) * 16_384 + rows.pop("place"), kind="stable")
    return take(rows, order)


def rank_within(visit: Array, visits: int) -> Array:
    """0, 1, 2 … anew for each visit; `visit` is sorted."""
    counts = np.bincount(visit, minlength=visits)
    rank: Array = np.arange(len(visit)) - (np.cumsum(counts) - counts)[visit]
    return rank


def first_rows(rows: Columns) -> Array:
    """The row in which each visit begins; every visit has at least one."""
    visit = rows["visit"]
    return (
        np.flatnonzero(np.concatenate([[True], visit[1:] != visit[:-1]])) if len(visit) else np.zeros(0, dtype=np.int64)
    )


def pages_before(rows: Columns, first: Array, outside: Array, web: Web) -> Array:
    """The page before each row's; for the first row of each visit the one of `outside`, by visit."""
    before = np.empty_like(rows["page"])
    before[1:] = rows["page"][:-1]
    before[first] = outside
    # These happen on the page of the step before them, or several of them on one page.
    added = np.flatnonzero(rows["type"] == TYPE["add_to_cart"])
    before[added] = before[added - 1]
    before[rows["page"] == web.thanks] = web.payment
    return before

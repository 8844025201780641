"""Who comes: kinds of visitors, each with habits. A new kind is one more entry in PERSONAS."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from flows.shop.columns import Array
from flows.shop.draw import quantiles
from flows.shop.web import KINDS


class Persona(NamedTuple):
    """Habits of one kind of visitor. Shares and rates are probabilities; `pace_s` is seconds between two pages.

    `visits` is the share of all visits, `newcomers` of its visits made by people never seen before, `has_account` of
    its people who are registered, `is_remembered` of the visits of registered people who are signed in from the start.
    `carts` is per visit, `checks_out` per cart, `buys` per checkout, `adds` per product seen by who fills a cart.
    `pages` is the mean number of pages; `browses` weighs the kinds of page in the order of `web.KINDS`.
    """

    name: str
    visits: float
    newcomers: float
    has_account: float
    is_remembered: float
    pages: float
    carts: float
    checks_out: float
    buys: float
    adds: float
    browses: tuple[int, ...]
    pace_s: float


PERSONAS = (
    #        name             visits newc. account remem. pages carts checks buys  adds   h   c   s   p  i   pace
    Persona("window_shopper", 0.430, 0.60, 0.08, 0.20, 5.5, 0.090, 0.36, 0.54, 0.18, (8, 27, 12, 50, 3), 32),
    Persona("bargain_hunter", 0.150, 0.40, 0.30, 0.30, 8.5, 0.205, 0.36, 0.54, 0.22, (5, 38, 14, 42, 1), 24),
    Persona("researcher", 0.115, 0.35, 0.25, 0.25, 13.0, 0.180, 0.36, 0.62, 0.10, (3, 17, 20, 50, 10), 55),
    Persona("loyal", 0.135, 0.03, 0.93, 0.70, 7.0, 0.290, 0.58, 0.78, 0.32, (8, 18, 22, 49, 3), 30),
    Persona("gift_buyer", 0.055, 0.65, 0.15, 0.20, 7.0, 0.230, 0.55, 0.72, 0.25, (8, 30, 16, 40, 6), 38),
    Persona("lost", 0.090, 0.85, 0.03, 0.10, 2.2, 0.010, 0.20, 0.50, 0.10, (20, 20, 10, 35, 15), 18),
    Persona("bot", 0.025, 0.01, 0.00, 0.00, 34.0, 0.000, 0.00, 0.00, 0.00, (2, 22, 0, 75, 1), 16),
)

CODE = {persona.name: code for code, persona in enumerate(PERSONAS)}
# Every second robot waits this many times longer between two pages: such a one hardly ever pauses for half an hour.
SLOW_BOT = 14


def habit(name: str) -> Array:
    """One habit of every persona, as an array to be looked up by code."""
    return np.array([getattr(persona, name) for persona in PERSONAS], dtype=np.float32)


@cache
def visits_by(gifts: float) -> Array:
    """Quantiles of the personas on a day on which `gifts` times the usual number of people look for presents."""
    shares = habit("visits")
    shares[CODE["gift_buyer"]] *= gifts
    return quantiles(shares)


def browsing() -> Array:
    """Quantiles of the kinds of page, one row per persona."""
    return np.stack([quantiles(persona.browses[: len(KINDS)], 256) for persona in PERSONAS]).astype(np.int8)

"""The time of each step: seconds between pages, pauses within a visit, and how long the collector takes."""

from __future__ import annotations

import numpy as np

from flows.shop import personas
from flows.shop.columns import Array, Columns
from flows.shop.draw import chance
from flows.shop.steps import TYPE

# How long people wait before each step, against their pace.
_WAITS = np.ones(len(TYPE), dtype=np.float32)
for _name, _wait in (("search", 0.8), ("add_to_cart", 0.7), ("remove_from_cart", 0.3), ("purchase", 1.6)):
    _WAITS[TYPE[_name]] = _wait


def moments(rng: np.random.Generator, visits: Columns, rows: Columns, first: Array) -> Array:
    """When each step is taken, in milliseconds since 1970. The lines of an order share one instant."""
    visit, type_of = rows["visit"], rows["type"]
    pace = personas.habit("pace_s")[visits["persona"]]
    is_slow = (visits["persona"] == personas.CODE["bot"]) & (visits["person"] % 2 == 1)
    pace[is_slow] *= personas.SLOW_BOT
    wait = rng.standard_exponential(len(visit), dtype=np.float32)
    wait += 0.12
    wait *= pace[visit]
    wait *= _WAITS[type_of]
    pause = np.flatnonzero(chance(rng, 0.011, len(visit)))
    minutes = np.where(chance(rng, 0.07, len(pause)), rng.uniform(31, 170, len(pause)), rng.uniform(4, 26, len(pause)))
    wait[pause] += 60 * minutes.astype(np.float32)
    is_bought = type_of == TYPE["purchase"]
    wait[1:][is_bought[1:] & is_bought[:-1]] = 0
    since = np.cumsum((wait * 1000).astype(np.int64))
    ts: Array = since + (visits["start_ms"] - since[first])[visit]
    return ts


def delays(rng: np.random.Generator, count: int) -> Array:
    """Milliseconds until the collector has an event: about a second, sometimes minutes where the net was away."""
    delay = 120 + rng.standard_exponential(count, dtype=np.float32) * 900
    away = np.flatnonzero(chance(rng, 0.002, count))
    delay[away] += rng.uniform(20_000, 240_000, len(away))
    waited: Array = delay.astype(np.int32)
    return waited

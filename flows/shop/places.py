"""Where people come from and what they hold in their hands."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from flows.shop.columns import Array


class Country(NamedTuple):
    """A country the shop delivers to. `conversion` is its readiness to buy against the average."""

    code: str
    locale: str
    people: float
    utc_offset: int
    conversion: float
    currency: str


# Italy is missing on purpose: Faker's Italian cities come in another order in every process.
COUNTRIES = (
    Country("DE", "de_DE", 0.36, 1, 1.10, "EUR"),
    Country("FR", "fr_FR", 0.14, 1, 0.90, "EUR"),
    Country("NL", "nl_NL", 0.11, 1, 1.08, "EUR"),
    Country("GB", "en_GB", 0.10, 0, 1.02, "GBP"),
    Country("AT", "de_AT", 0.06, 1, 1.05, "EUR"),
    Country("ES", "es_ES", 0.06, 1, 0.72, "EUR"),
    Country("BE", "nl_BE", 0.05, 1, 0.95, "EUR"),
    Country("PL", "pl_PL", 0.05, 1, 0.78, "EUR"),
    Country("SE", "sv_SE", 0.03, 1, 0.92, "EUR"),
    Country("US", "en_US", 0.04, -6, 0.45, "EUR"),
)
CURRENCIES = ("EUR", "GBP")
UTC_OFFSETS = tuple(sorted({country.utc_offset for country in COUNTRIES}))
POUNDS_PER_EURO = 0.86


class Device(NamedTuple):
    """A kind of device: whose share of people, how many pages and how ready to buy against the average."""

    name: str
    people: float
    pages: float
    conversion: float
    agents: tuple[str, ...]


_MOZILLA = "Mozilla/5.0"
_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
DEVICES = (
    Device(
        "mobile",
        0.57,
        0.9,
        0.84,
        (
            f"{_MOZILLA} (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.6 Mobile/15E148 Safari/604.1",
            f"{_MOZILLA} (Linux; Android 10; K) {_WEBKIT} Chrome/141.0.0.0 Mobile Safari/537.36",
            f"{_MOZILLA} (Linux; Android 10; K) {_WEBKIT} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
            f"{_MOZILLA} (Android 15; Mobile; rv:144.0) Gecko/144.0 Firefox/144.0",
        ),
    ),
    Device(
        "desktop",
        0.36,
        1.15,
        1.22,
        (
            f"{_MOZILLA} (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/141.0.0.0 Safari/537.36",
            f"{_MOZILLA} (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
            f"{_MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.6 Safari/605.1.15",
            f"{_MOZILLA} (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
        ),
    ),
    Device(
        "tablet",
        0.065,
        1.1,
        1.08,
        (
            f"{_MOZILLA} (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.6 Mobile/15E148 Safari/604.1",
            f"{_MOZILLA} (Linux; Android 14; SM-X210) {_WEBKIT} Chrome/141.0.0.0 Safari/537.36",
        ),
    ),
    Device("tv", 0.005, 0.7, 0.15, (f"{_MOZILLA} (SMART-TV; Linux; Tizen 8.0) {_WEBKIT} Chrome/108.0 Safari/537.36",)),
    Device(
        "bot",
        0.0,
        1.0,
        0.0,
        (
            f"{_MOZILLA} (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            f"{_MOZILLA} (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
            "price-watch/3.2 (+https://price-watch.example/about)",
        ),
    ),
)
BOT = [device.name for device in DEVICES].index("bot")
AGENTS = tuple(agent for device in DEVICES for agent in device.agents)


def of_countries(name: str) -> Array:
    """One attribute of every country, as an array to be looked up by code."""
    return np.array([getattr(country, name) for country in COUNTRIES])


def of_devices(name: str) -> Array:
    """One attribute of every device, as an array to be looked up by code."""
    return np.array([getattr(device, name) for device in DEVICES], dtype=np.float32)


def agent_of(device: Array, person: Array) -> Array:
    """The user agent of a person's device: always the same one."""
    counts = np.array([len(kind.agents) for kind in DEVICES], dtype=np.int32)
    starts = np.cumsum(counts) - counts
    # Squaring spreads people unevenly over the browsers, as they are.
    agent: Array = starts[device] + (person.astype(np.int64) ** 2 // 7 % counts[device])
    return agent.astype(np.int16)

"""How people find the shop: channels with their campaigns, the sites they come from, and how ready they are to buy."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from flows.shop.columns import Array
from flows.shop.draw import quantiles
from flows.shop.season import SALES
from flows.shop.web import KINDS


class Channel(NamedTuple):
    """One way to the shop. `new`, `known`, `loyal` are shares of the visits of newcomers, returning and loyal people;
    `bounces` the share that leaves after one page; `lands` weighs the kinds of the first page as in `web.KINDS`;
    `campaigns` are (source, medium, campaign), empty where nobody pays; `sale_campaigns` are (source, medium) pairs
    that also run a campaign with the name of a sale while it is on; `referrers` are the sites before."""

    name: str
    new: float
    known: float
    loyal: float
    bounces: float
    conversion: float
    lands: tuple[int, ...]
    campaigns: tuple[tuple[str, str, str], ...] = ()
    sale_campaigns: tuple[tuple[str, str], ...] = ()
    referrers: tuple[str, ...] = ()


CHANNELS = (
    Channel("direct", 0.14, 0.36, 0.52, 0.22, 1.15, (62, 14, 0, 20, 4)),
    Channel(
        "organic_search",
        *(0.34, 0.28, 0.14, 0.33, 1.0, (14, 30, 0, 50, 6)),
        referrers=("https://www.google.com/", "https://www.bing.com/", "https://duckduckgo.com/"),
    ),
    Channel(
        "paid_search",
        *(0.18, 0.12, 0.06, 0.36, 1.15, (8, 24, 0, 68, 0)),
        campaigns=(("google", "cpc", "brand"), ("google", "cpc", "shopping_feed"), ("bing", "cpc", "generic_home")),
        sale_campaigns=(("google", "cpc"),),
        referrers=("https://www.google.com/", "https://www.bing.com/"),
    ),
    Channel(
        "paid_social",
        *(0.16, 0.06, 0.02, 0.52, 0.6, (10, 40, 0, 50, 0)),
        campaigns=(
            ("facebook", "paid_social", "prospecting_living"),
            ("instagram", "paid_social", "lookbook"),
            ("tiktok", "paid_social", "unboxing"),
        ),
        sale_campaigns=(("facebook", "paid_social"), ("instagram", "paid_social")),
        referrers=("https://l.facebook.com/", "https://l.instagram.com/", "https://www.tiktok.com/"),
    ),
    Channel(
        "email",
        *(0.0, 0.07, 0.18, 0.24, 1.4, (12, 48, 0, 40, 0)),
        campaigns=(("newsletter", "email", "weekly_letter"), ("crm", "email", "cart_reminder")),
        sale_campaigns=(("newsletter", "email"),),
    ),
    Channel(
        "affiliate",
        *(0.05, 0.04, 0.03, 0.36, 1.15, (4, 26, 0, 70, 0)),
        campaigns=(("couponbee", "affiliate", "partner_2025"), ("nestblog", "affiliate", "kitchen_guide")),
        referrers=("https://www.couponbee.example/", "https://nestblog.example/best-kettles"),
    ),
    Channel(
        "display",
        *(0.06, 0.02, 0.01, 0.62, 0.35, (20, 40, 0, 40, 0)),
        campaigns=(("dv360", "display", "retargeting"), ("criteo", "display", "catalogue")),
        sale_campaigns=(("dv360", "display"),),
        referrers=("https://www.daily-mirrorball.example/",),
    ),
    Channel(
        "organic_social",
        *(0.05, 0.03, 0.02, 0.46, 0.55, (16, 30, 0, 52, 2)),
        referrers=("https://www.pinterest.com/", "https://www.reddit.com/", "https://www.instagram.com/"),
    ),
    Channel(
        "referral",
        *(0.02, 0.02, 0.02, 0.38, 0.95, (24, 20, 0, 50, 6)),
        referrers=("https://www.consumer-test.example/", "https://forum.brewers.example/t/grinders"),
    ),
)
CODE = {channel.name: code for code, channel in enumerate(CHANNELS)}


def _all_campaigns() -> list[tuple[int, int, tuple[str, str, str]]]:
    """(channel, sale or -1, (source, medium, campaign)) of every campaign; its place is its code."""
    return [(code, -1, campaign) for code, channel in enumerate(CHANNELS) for campaign in channel.campaigns] + [
        (code, sale, (source, medium, SALES[sale].name))
        for sale in range(len(SALES))
        for code, channel in enumerate(CHANNELS)
        for source, medium in channel.sale_campaigns
    ]


CAMPAIGNS = tuple(campaign for _, _, campaign in _all_campaigns())
CART_REMINDER = CAMPAIGNS.index(("crm", "email", "cart_reminder"))
REFERRERS = tuple(site for channel in CHANNELS for site in channel.referrers)


def of_channels(name: str) -> Array:
    """One number of every channel, as an array to be looked up by code."""
    return np.array([getattr(channel, name) for channel in CHANNELS], dtype=np.float32)


@cache
def arriving() -> Array:
    """Quantiles of the channels; rows: newcomers, returning people, loyal people."""
    return np.stack([quantiles(of_channels(who), 4096) for who in ("new", "known", "loyal")]).astype(np.int8)


@cache
def landing() -> Array:
    """Quantiles of the kind of the first page, one row per channel."""
    return np.stack([quantiles(channel.lands[: len(KINDS)], 256) for channel in CHANNELS]).astype(np.int8)


@cache
def campaigns_on(sale: int | None) -> Array:
    """Quantiles of the campaigns that run during this sale (or none), one row per channel; -1 where there are none."""
    rows = []
    for code in range(len(CHANNELS)):
        weights = np.zeros(len(CAMPAIGNS))
        for place, (channel, when, campaign) in enumerate(_all_campaigns()):
            if channel == code and when in (-1, sale) and campaign[2] != "cart_reminder":
                weights[place] = 1.0 if when == -1 else 1.5
        rows.append(quantiles(weights, 256) if weights.any() else np.full(256, -1))
    return np.stack(rows).astype(np.int16)


@cache
def referring() -> Array:
    """Quantiles of the sites people come from (places in REFERRERS), one row per channel; -1 where there are none."""
    rows, start = [], 0
    for channel in CHANNELS:
        count = len(channel.referrers)
        rows.append(start + quantiles([0.5**place for place in range(count)], 256) if count else np.full(256, -1))
        start += count
    return np.stack(rows).astype(np.int32)

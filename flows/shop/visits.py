"""What each visit of a slot of time is going to be: who, when, from where, with what in mind. One row per visit."""

from __future__ import annotations

import numpy as np

from flows.shop import channels, personas, places
from flows.shop.assortment import CATEGORIES
from flows.shop.columns import Array, Columns
from flows.shop.draw import COARSE, chance, pick, pick_by, quantiles
from flows.shop.people import NOBODY, People
from flows.shop.season import BIN_MS, SALES, demand, gift_season, hours, sale_on
from flows.shop.timetable import Slot

BOT, LOYAL = personas.CODE["bot"], personas.CODE["loyal"]
DIRECT, EMAIL = channels.CODE["direct"], channels.CODE["email"]
MOST_PAGES = 90
AT_CHECKOUT, MIDWAY, FROM_THE_START, NEVER_SIGNED_IN = 2, 1, 0, 3


def plan_visits(rng: np.random.Generator, people: People, slot: Slot, count: int) -> Columns:
    """`count` visits that begin within the slot. `signs_in` says when the visitor becomes known, `signs_up` whether an
    account is made for that, `cart` the product left behind by an earlier visit that this one takes up again."""
    sale = sale_on(slot.date)
    persona = pick(rng, personas.visits_by(gift_season(slot.date)), count)
    person, is_new = people.choose(persona)
    known = people.of(person)
    is_bot, user = persona == BOT, known["user"]

    channel = pick_by(rng, channels.arriving(), np.where(is_new, 0, np.where(persona == LOYAL, 2, 1)))
    channel = np.where(is_bot | ((channel == EMAIL) & (user == NOBODY)), DIRECT, channel)
    campaign = pick_by(rng, channels.campaigns_on(sale), channel)
    resumes = (known["cart"] != NOBODY) & ~is_new & ~is_bot & chance(rng, 0.13, count)
    resumes[resumes] = _first_of_each(person[resumes])
    is_reminded = resumes & (user != NOBODY) & chance(rng, 0.5, count)
    channel = np.where(is_reminded, EMAIL, channel)
    campaign = np.where(is_reminded, channels.CART_REMINDER, campaign)

    on_second = (known["second"] >= 0) & chance(rng, 0.3, count)
    device = np.where(on_second, known["second"], known["device"])
    has_lost_cookie = person % 5 == 0
    anonymous = person.astype(np.int64) * 8 + 4 * on_second + np.where(has_lost_cookie, slot.day // 9 % 4, 0)

    bounces = chance(rng, channels.of_channels("bounces")[channel], count) & ~is_bot & ~resumes
    more = (personas.habit("pages") - 1)[persona] * places.of_devices("pages")[device]
    pages = 2 + (rng.standard_exponential(count, dtype=np.float32) * np.maximum(more - 0.6, 0.3)).astype(np.int32)
    pages = np.where(resumes, np.minimum(pages, 3), np.minimum(pages, MOST_PAGES))
    pages = np.where(bounces, 1, pages).astype(np.int32)

    readiness = channels.of_channels("conversion")[channel] * places.of_devices("conversion")[device]
    readiness = readiness * places.of_countries("conversion")[known["country"]].astype(np.float32)
    readiness = readiness * (SALES[sale].conversion if sale is not None else 1.0)
    carts = ~bounces & ~resumes & chance(rng, np.minimum(personas.habit("carts")[persona] * readiness, 0.9), count)
    ease = np.sqrt(places.of_devices("conversion"))[device]
    checkout = np.where(resumes, 0.75, personas.habit("checks_out")[persona])
    checks_out = (carts | resumes) & chance(rng, checkout * ease, count)
    buys = checks_out & chance(rng, personas.habit("buys")[persona] * ease, count)

    return {
        "person": person,
        "persona": persona.astype(np.int8),
        "start_ms": slot.midnight_ms + _moments(rng, slot, known["country"], is_bot),
        "anonymous": anonymous,
        "user": user.astype(np.int64),
        "country": known["country"],
        "device": device.astype(np.int8),
        "agent": places.agent_of(device, person),
        "campaign": campaign.astype(np.int16),
        "referrer": pick_by(rng, channels.referring(), channel),
        "lands": pick_by(rng, channels.landing(), channel),
        "interest": np.where(chance(rng, 0.6, count), known["interest"], pick(rng, _interests_on(slot), count)),
        "pages": pages,
        "carts": carts,
        "cart": np.where(resumes, known["cart"], NOBODY),
        "checks_out": checks_out,
        "buys": buys,
        "coupon": (persona == personas.CODE["bargain_hunter"]) & chance(rng, 0.45, count),
        **_sign_ins(rng, person, persona, user, checks_out),
    }


def _moments(rng: np.random.Generator, slot: Slot, country: Array, is_bot: Array) -> Array:
    """When each visit begins, in milliseconds of its day; people by their own clock, robots at any time."""
    bins = slice(slot.first_bin, slot.end_bin)
    clocks = [hours(slot.date, offset)[bins] for offset in places.UTC_OFFSETS]
    clocks.append(np.ones(slot.end_bin - slot.first_bin))
    tables = np.stack([quantiles(clock, COARSE) for clock in clocks])
    clock_of = np.array([places.UTC_OFFSETS.index(place.utc_offset) for place in places.COUNTRIES])
    chosen = pick_by(rng, tables, np.where(is_bot, len(clocks) - 1, clock_of[country]))
    moments: Array = (chosen.astype(np.int64) + slot.first_bin) * BIN_MS + rng.integers(0, BIN_MS, len(country))
    return moments


def _sign_ins(rng: np.random.Generator, person: Array, persona: Array, user: Array, checks_out: Array) -> Columns:
    count, has_account = len(person), user != NOBODY
    remembered = chance(rng, personas.habit("is_remembered")[persona], count)
    draw = rng.random(count, dtype=np.float32)
    signs_in = np.where(checks_out & (draw < 0.32), AT_CHECKOUT, np.where(draw > 0.75, MIDWAY, NEVER_SIGNED_IN))
    signs_in = np.where(remembered, FROM_THE_START, signs_in)
    signs_up = ~has_account & (persona != BOT) & (draw < np.where(checks_out, 0.3, 0.008))
    signs_up[signs_up] = _first_of_each(person[signs_up])
    new_way = np.where(checks_out, AT_CHECKOUT, MIDWAY)
    signs_in = np.where(has_account, signs_in, np.where(signs_up, new_way, NEVER_SIGNED_IN))
    return {"signs_in": signs_in.astype(np.int8), "signs_up": signs_up}


def _interests_on(slot: Slot) -> Array:
    return quantiles([category.interest * demand(category.path, slot.date) for category in CATEGORIES], COARSE)


def _first_of_each(person: Array) -> Array:
    """True at the first place of each person."""
    first = np.zeros(len(person), dtype=bool)
    first[np.unique(person, return_index=True)[1]] = True
    return first

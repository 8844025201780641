"""The accounts of people as the shop keeps them, one row per version: some move, marry, or no longer want mail."""

from __future__ import annotations

import numpy as np

from flows.shop.columns import Array, Columns, join, take
from flows.shop.draw import chance
from flows.shop.people import People
from flows.shop.places import COUNTRIES

DAY_MS = 86_400_000
POOL = {"first_name": 160, "last_name": 240, "city": 120, "street": 160, "postcode": 160}
CHANGES_PER_DAY = 0.0028


def versions(rng: np.random.Generator, people: People, start_ms: int, end_ms: int) -> Columns:
    """Every version of every account in order of time; names and places are numbers into `name_pools`."""
    count = people.users.count
    user = np.arange(count, dtype=np.int32)
    now = {
        "user": user,
        "updated_ms": people.users["created_ms"].copy(),
        "created_ms": people.users["created_ms"],
        "country": people.users["country"],
        **{name: rng.integers(0, size, count, dtype=np.int16) for name, size in POOL.items()},
        "house": rng.integers(1, 140, count, dtype=np.int16),
        "mailbox": np.zeros(count, dtype=np.int16),
        "is_opted_in": chance(rng, 0.46, count),
    }
    told = [now]
    # Each further round changes some of those that the round before has changed: few people change often.
    rate = CHANGES_PER_DAY * (end_ms - start_ms) / DAY_MS
    for likely in (1 - np.exp(-rate), rate / 3, rate / 6):
        since = np.maximum(now["updated_ms"], start_ms) + DAY_MS
        changing = chance(rng, min(float(likely), 0.6), len(since)) & (since < end_ms)
        if not changing.any():
            break
        now = _changed(rng, take(now, changing), since[changing], end_ms)
        told.append(now)
    rows = join(told)
    return take(rows, np.lexsort((rows["user"], rows["updated_ms"])))


def _changed(rng: np.random.Generator, old: Columns, since: Array, end_ms: int) -> Columns:
    count, new = len(since), {name: column.copy() for name, column in old.items()}
    new["updated_ms"] = (since + (rng.random(count) * (end_ms - since)).astype(np.int64)) // 1000 * 1000
    what = rng.random(count)
    moves, minds, marries = what < 0.5, (what >= 0.5) & (what < 0.88), what >= 0.95
    for name in ("city", "street", "postcode"):
        new[name][moves] = rng.integers(0, POOL[name], int(moves.sum()))
    new["house"][moves] = rng.integers(1, 140, int(moves.sum()))
    new["is_opted_in"][minds] = ~old["is_opted_in"][minds]
    new["mailbox"][(what >= 0.88) & ~marries] += 1
    # One further on in the pool is always another name.
    new["last_name"][marries] = (old["last_name"][marries] + 1) % POOL["last_name"]
    return new


def name_pools(seed: int) -> dict[str, list[str]]:
    """Names and places: in `text` the words, in `pool` what each is: `city 0 17` is the 17th city of the first country.
    Faker is asked once per text, never per person."""
    from faker.factory import Factory  # 0.1 s, and only here

    pools: dict[str, list[str]] = {"text": [], "pool": []}
    for code, country in enumerate(COUNTRIES):
        fake = Factory.create(
            country.locale, providers=["faker.providers.person", "faker.providers.address"], use_weighting=False
        )
        fake.seed_instance(seed)
        ask = (fake.first_name, fake.last_name, fake.city, fake.street_name, fake.postcode)
        for (kind, size), one in zip(POOL.items(), ask, strict=True):
            pools["text"] += [str(one()) for _ in range(size)]
            pools["pool"] += [f"{kind} {code} {number}" for number in range(size)]
    return pools

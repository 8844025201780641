"""Small, nasty worlds for Hypothesis: raw rows as they lie in the warehouse, all of them rows that validate accepts.

`worlds()` draws a dict of `events`, `users` and `products`, whose rows name every column but batch and file; the
`warehouse` fixture takes it as it is: `warehouse(**world)`. Some weeks of a few visitors and products, with pauses of
thirty minutes and a microsecond, clusters around the shop's midnight, robots that don't pause for days, visitors who
sign in later, refunds of whatever, and copies of an event_id that tell something else.
"""

import random
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from flows.records import Product, User
from tests.world_rows import (
    ACTS,
    ASIDES,
    BLINK,
    COUNTRIES,
    CURRENCIES,
    DAY,
    HALF_HOUR,
    HOUR,
    MINUTE,
    ORDERS,
    PRICES,
    PRODUCTS,
    WHO,
    WORDS,
    Row,
    accepted,
    choices,
    moments,
    versions,
)

World = dict[str, list[Row]]
Instants = st.SearchStrategy[datetime]

# For what they bring: a midnight within a half hour, a change of the clocks, New Year, a leap day.
ZONES = ["Asia/Kathmandu", "Europe/Berlin", "America/Los_Angeles", "Asia/Kathmandu", "UTC"]
FIRST_DAYS = [date(2025, 10, 13), date(2025, 12, 8), date(2024, 2, 1)]
GAPS = st.one_of(
    st.sampled_from([timedelta(0), BLINK, MINUTE, 10 * MINUTE]),
    st.sampled_from([HALF_HOUR - BLINK, HALF_HOUR, HALF_HOUR + BLINK, 6 * HOUR, DAY]),
    st.timedeltas(timedelta(0), 40 * MINUTE),
)


@st.composite
def visits(draw: st.DrawFn, starts: Instants) -> list[Row]:
    """What one visitor does from some moment on, perhaps with one product and one order; perhaps another goes on."""
    at, rows = draw(starts), []
    one = draw(st.fixed_dictionaries({}, optional=choices(product_id=PRODUCTS, order_id=ORDERS)))
    for who in draw(st.lists(WHO, min_size=1, max_size=2)):
        for gap, act in draw(st.lists(st.tuples(GAPS, ACTS), min_size=1, max_size=8)):
            at += gap
            rows.append(act | one | who | {"event_timestamp": at})
    return rows


@st.composite
def robots(draw: st.DrawFn, starts: Instants) -> list[Row]:
    """A visitor who for up to four days never pauses for more than thirty minutes, but perhaps once."""
    at, step = draw(starts), draw(st.sampled_from([HALF_HOUR, HALF_HOUR - MINUTE, 20 * MINUTE]))
    acts, rows = draw(st.lists(ACTS, min_size=1, max_size=5)), []
    pause_at, pause = draw(st.integers(0, 191)), draw(st.sampled_from([BLINK, MINUTE, 5 * HOUR, DAY]))
    for place in range(draw(st.integers(40, 192))):
        at += step + pause if place == pause_at else step
        rows.append(acts[place % len(acts)] | {"event_timestamp": at, "anonymous_id": "robot", "user_id": None})
    return rows


@st.composite
def copies(draw: st.DrawFn, events: list[Row]) -> Row:
    """An event told again: the same, or other in one column or in several, at times on another day or as another id."""
    told = draw(st.sampled_from(events))
    shift = draw(st.sampled_from([timedelta(0), BLINK, -BLINK, HALF_HOUR, -HALF_HOUR, DAY]))
    other = draw(ACTS) | draw(ASIDES) | draw(WHO) | {"event_timestamp": told["event_timestamp"] + shift}
    names = st.sampled_from(sorted(other))
    changed = draw(st.sets(names, max_size=1) | st.sets(names))
    return told | {name: other[name] for name in changed}


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """One shop's raw rows, in an order that means nothing; see the head of this file."""
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    starts = moments(draw(st.sampled_from(FIRST_DAYS)), zone)
    least = draw(st.sampled_from([0, 1, 2, 4]))
    humans = [row for visit in draw(st.lists(visits(starts), min_size=least, max_size=8)) for row in visit]
    robot = draw(robots(starts)) if draw(st.sampled_from([False, False, True])) else []
    different_ids = draw(st.sampled_from([9, 1_000]))  # few: the same id on many days, and on one day twice
    events = [row | {"event_id": f"e{place % different_ids}"} for place, row in enumerate(humans)]
    events += [row | {"event_id": f"r{place}"} for place, row in enumerate(robot)]
    if events:
        events += draw(st.lists(copies(events)))
    random.Random(draw(st.integers(0, 1_000))).shuffle(events)

    instants = draw(st.lists(starts, min_size=2, max_size=4, unique=True))
    user = choices(
        created_at=[None, *instants[:1]], city=WORDS, country=COUNTRIES, is_marketing_opt_in=[None, True, False]
    )
    product = choices(
        category=[None, "home.kitchen.pot", "home", "garden.hose", ".lamp"], currency=CURRENCIES, brand=WORDS
    )
    return {
        "events": [accepted(row, zone) for row in events],
        "users": draw(versions(User, ["7", "u2"], instants, user | choices(email=WORDS))),
        "products": draw(versions(Product, [*PRODUCTS[:3], "untouched"], instants, product | {"unit_price": PRICES})),
    }

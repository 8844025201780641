"""The oracle's visitors and sessions by day, in plain Python and from the definitions.

Like `tests/oracle.py` it follows docs/architecture.md and the YAML beside the models, never their SQL. Everything is
told over all channels: how a session was come by is told by `tests/transforms/test_arrival.py`.
"""

from bisect import bisect
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from tests.oracle_events import Row, Told, grouped

SECONDS = (0, 1, 10, 30, 60, 180, 600, 1800, 3600)
EVENTS = (1, 2, 3, 5, 10, 20, 50)
LONGEST = {"all": 366, "device": 90, "country": 90}


def sessions_of(events: list[Row]) -> list[list[Row]]:
    """The events of each session, in order; the first is the opening, which tells device and country."""
    return [*grouped(events, "visitor_id", "session_started_at").values()]


def slices_of(own: list[Row]) -> dict[str, str | None]:
    """The slices of a session, and where it lies in each."""
    return {"all": None, "device": own[0]["device_type"], "country": own[0]["country"]}


def active_visitors(events: list[Row]) -> Told:
    """fct_active_visitors: day, slice, its value, days since the active day before, visitors."""
    days: dict[tuple[str, str | None, str], set[date]] = {}
    for own in sessions_of(events):
        for slice, value in slices_of(own).items():
            active = days.setdefault((slice, value, own[0]["visitor_id"]), set())
            active.update(event["event_date"] for event in own)
    told: Counter[tuple[Any, ...]] = Counter()
    for (slice, value, _), active in days.items():
        for day in active:
            since = (day - max((other for other in active if other < day), default=date.min)).days
            told[day, slice, value, since if since <= LONGEST[slice] else None] += 1
    return [(*key, visitors) for key, visitors in told.items()]


def visitors_of_period(events: list[Row], first: date, last: date) -> Counter[tuple[str, str | None]]:
    """Distinct visitors with an event on one of the days, by slice and value."""
    seen = {
        (slice, value, own[0]["visitor_id"])
        for own in sessions_of(events)
        if any(first <= event["event_date"] <= last for event in own)
        for slice, value in slices_of(own).items()
    }
    return Counter((slice, value) for slice, value, _ in seen)


def hourly_sessions(events: list[Row]) -> Told:
    """fct_hourly_sessions: day, hour (of UTC, which is the clock of the compiled models), device, country, sessions,
    those that bought."""
    return added_up(
        ((own[0]["event_date"], own[0]["event_timestamp"].hour, *places(own)), (1, is_converted(own)))
        for own in sessions_of(events)
    )


def session_lengths(events: list[Row]) -> Told:
    """fct_session_lengths: day, device, country, both ranges, sessions, those that bought, bounces, seconds, events."""
    rows = []
    for own in sessions_of(events):
        seconds = int((own[-1]["event_timestamp"] - own[0]["event_timestamp"]).total_seconds())
        ranges = *within(seconds, SECONDS), *within(len(own), EVENTS)
        counts = 1, is_converted(own), len(own) == 1, seconds, len(own)
        rows.append(((own[0]["event_date"], *places(own), *ranges), counts))
    return added_up(rows)


def product_days(events: list[Row]) -> Told:
    """fct_product_days: day, product, sessions with an event about it, that saw it, also took it, also bought it."""
    rows = []
    for own in sessions_of(events):
        for (product,), about in grouped(own, "product_id").items():
            types = {event["event_type"] for event in about}
            view = "product_view" in types
            cart = view and "add_to_cart" in types
            if product is not None:
                rows.append(((own[0]["event_date"], product), (1, view, cart, cart and "purchase" in types)))
    return added_up(rows)


def places(own: list[Row]) -> tuple[str | None, str | None]:
    return own[0]["device_type"], own[0]["country"]


def is_converted(own: list[Row]) -> bool:
    return any(event["event_type"] == "purchase" for event in own)


def within(number: int, bounds: tuple[int, ...]) -> tuple[int, int | None]:
    """The last bound that the number reaches, and the next."""
    place = bisect(bounds, number)
    return bounds[place - 1], (*bounds, None)[place]


def added_up(rows: Iterable[tuple[tuple[Any, ...], tuple[int, ...]]]) -> Told:
    """The sums of the counts of each key."""
    told: dict[tuple[Any, ...], list[tuple[int, ...]]] = {}
    for key, counts in rows:
        told.setdefault(key, []).append(counts)
    return [(*key, *map(sum, zip(*counts, strict=True))) for key, counts in told.items()]

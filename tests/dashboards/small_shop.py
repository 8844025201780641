"""Two weeks of a small shop, as rows of its marts; what the marts of visits hold is worked out from the sessions."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tests.dashboards.small_cohorts import cohorts
from tests.dashboards.small_customers import CUSTOMERS
from tests.dashboards.small_ledger import LEDGER, Row
from tests.dashboards.small_products import PRICES, SEEN

Tables = dict[str, list[Row]]
WHERE = ("device_type", "channel", "country")
SECONDS = (0, 1, 10, 30, 60, 180, 600, 1800, 3600)
EVENTS = (1, 2, 3, 5, 10, 20, 50)


def day(number: int) -> date:
    return date(2025, 11, number)


def session(
    visitor: str,
    on: int,
    device: str | None,
    channel: str,
    country: str | None,
    *,
    purchases: int = 0,
    hour: int = 12,
    seconds: int = 0,
    events: int = 1,
    steps: int = 0,
    in_order: int | None = None,
) -> Row:
    """`steps` is how many of the funnel's it took: seen, put into the cart, gone to the checkout, bought; `in_order`
    how many of them one after the other, None where it is as many."""
    where = {"device_type": device, "channel": channel, "country": country}
    bought = {"purchases": purchases, "is_converted": purchases > 0}
    began = datetime(2025, 11, on, hour, tzinfo=UTC)
    length = {"duration_seconds": seconds, "events": events, "is_bounce": events == 1}
    taken = {"steps": steps, "in_order": steps if in_order is None else in_order}
    return {
        "session_id": f"{visitor}{on}",
        "visitor_id": visitor,
        "session_started_at": began,
        "session_date": day(on),
        **where,
        **bought,
        **length,
        **taken,
    }


def order(key: str, on: int, gross: str, discount: str = "0", currency: str | None = "EUR", **more: Any) -> Row:
    amounts = {"gross_amount": Decimal(gross), "discount_amount": Decimal(discount)}
    first = {"is_first_order": True, "since_first_seen_seconds": 90}
    return (
        {"order_key": key, "order_date": day(on), "currency": currency, "purchase_lines": 1, **amounts} | first | more
    )


def revenue(product: str, on: int, units: int, net: str, currency: str | None = "EUR", **more: Any) -> Row:
    amounts = {"units": units, "net_amount": Decimal(net)}
    return {"event_date": day(on), "product_id": product, "currency": currency, **amounts, **more}


def visits(sessions: Sequence[Row]) -> Tables:
    """What the marts say of sessions that end on the day they begin, and whose hours are those of the shop's clock."""
    return {
        "dim_date": [{"calendar_date": day(n), "day_of_week": day(n).isoweekday()} for n in range(1, 31)],
        "fct_sessions": [
            {name: value for name, value in s.items() if name not in ("steps", "in_order")} for s in sessions
        ],
        "fct_session_lengths": [_counted(s) | _length(s) for s in sessions],
        "fct_conversions": [
            {"session_date": s["session_date"], **_where(s), "to_purchase_seconds": s["duration_seconds"]}
            for s in sessions
            if s["is_converted"]
        ],
        "fct_hourly_sessions": [_counted(s) | {"hour_of_day": s["session_started_at"].hour} for s in sessions],
        "fct_funnel": [
            {"session_date": s["session_date"], **_where(s), "is_total": True, **steps(s["steps"], 1, s["in_order"])}
            for s in sessions
        ],
        "fct_active_visitors": list(_active(sessions)),
        "fct_visitor_funnel": list(_taken(sessions)),
    }


def steps(taken: int, sessions: int = 1, in_order: int | None = None) -> Row:
    """How far a row of fct_funnel went; one after the other as far, where `in_order` says nothing else."""
    names = ("view_sessions", "cart_sessions", "checkout_sessions", "purchase_sessions")
    ordered = taken if in_order is None else in_order
    return (
        {"sessions": sessions}
        | {name: sessions * (taken > place) for place, name in enumerate(names)}
        | {f"ordered_{name}": sessions * (ordered > place) for place, name in enumerate(names) if place}
    )


def _where(visit: Row) -> Row:
    return {name: visit[name] for name in WHERE}


def _counted(visit: Row) -> Row:
    return {"session_date": visit["session_date"], **_where(visit)} | {
        "sessions": 1,
        "converted_sessions": int(visit["is_converted"]),
    }


def _length(visit: Row) -> Row:
    seconds, events = visit["duration_seconds"], visit["events"]
    return {
        "at_least_seconds": max(bound for bound in SECONDS if bound <= seconds),
        "below_seconds": min((bound for bound in SECONDS if bound > seconds), default=None),
        "at_least_events": max(bound for bound in EVENTS if bound <= events),
        "below_events": min((bound for bound in EVENTS if bound > events), default=None),
        "bounces": int(visit["is_bounce"]),
        "session_seconds": seconds,
        "events": events,
    }


def _active(sessions: Sequence[Row]) -> Iterator[Row]:
    for name, column in (("all", None), ("device", "device_type"), ("channel", "channel"), ("country", "country")):
        days: dict[tuple[str, str | None], set[date]] = {}
        for visit in sessions:
            key = (visit["visitor_id"], visit[column] if column else None)
            days.setdefault(key, set()).add(visit["session_date"])
        for (_, value), active in days.items():
            ordered = sorted(active)
            for before, on in zip([None, *ordered], ordered, strict=False):
                yield {
                    "event_date": on,
                    "slice": name,
                    "slice_value": value,
                    "last_active_date": before,
                    "visitors": 1,
                }


def _taken(sessions: Sequence[Row]) -> Iterator[Row]:
    """fct_visitor_funnel of visitors who take each step in a single session: that of the last one counts."""
    names = ("view", "cart", "checkout", "purchase")
    for name, column in (("all", None), ("device", "device_type"), ("channel", "channel"), ("country", "country")):
        last: dict[tuple[str, str | None, str], date] = {}
        for visit in sorted(sessions, key=lambda visit: visit["session_started_at"]):
            value, on = visit[column] if column else None, visit["session_date"]
            taken = [step for place, step in enumerate(names) if visit["steps"] > place]
            taken += [f"ordered_{step}" for place, step in enumerate(names) if place and visit["in_order"] > place]
            for step in taken:
                key = (visit["visitor_id"], value, step)
                for since, visitors in ((on, 1), (last.get(key), -1)):
                    if since is not None:
                        told = {"session_date": on, "slice": name, "slice_value": value, "since_date": since}
                        yield told | {f"{step}_visitors": visitors}
                last[key] = on


SESSIONS = [
    session("a:ann", 1, "mobile", "email", "DE"),
    session("u:bob", 2, "desktop", "direct", "FR", purchases=1, seconds=90, events=6, steps=4),
    session("a:ann", 8, "mobile", "email", "DE", hour=8, seconds=20, events=2, steps=1),
    session("a:ann", 10, "mobile", "direct", "DE", purchases=2, hour=20, seconds=700, events=12, steps=4, in_order=2),
    session("u:bob", 14, "desktop", "direct", "FR", hour=20, seconds=70, events=5, steps=2),
    # Bought without having seen the product: converted, and no step of the funnel.
    session("a:cat", 14, "mobile", "direct", None, purchases=1, hour=20),
]
MOBILE, DESKTOP = {"device_type": "mobile", "channel": "direct"}, {"device_type": "desktop", "channel": "direct"}

# In the second week: 3 visitors, 4 sessions, 2 of them with a purchase; 3 orders, 2 in EUR and 1 in GBP.
TWO_WEEKS: Tables = {
    "dim_products": [
        {"product_id": "p1", "product_name": "Kettle", "category_level_1": "home_and_kitchen"},
        {"product_id": "p2", "product_name": None, "category_level_1": None},
        {"product_id": "p3", "category_level_1": "home_and_kitchen", "category_level_2": "tea"},
    ],
    "fct_daily_engagement": [
        {"event_date": day(number), "dau": visitors, "sessions": visitors}
        | {"new_visitors": int(number in (1, 2, 14)), "converted_sessions": int(number in (2, 10, 14))}
        for number, visitors in enumerate((1, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 2), start=1)
    ],
    **visits(SESSIONS),
    "fct_product_days": SEEN,
    "fct_price_changes": PRICES,
    "fct_orders": [
        order("o1", 2, "100", "10", **DESKTOP, country="FR"),
        order("o2", 10, "60.10", "0.10", **MOBILE, country="DE", since_first_seen_seconds=9 * 86_400 + 100),
        order("o3", 14, "40", **MOBILE),
        order("o4", 14, "5", currency="GBP", **MOBILE, is_first_order=False, since_previous_order_seconds=7300),
        # A refund that does not say its currency: no order of its own.
        order("o5", 14, "0", currency=None, purchase_lines=0),
    ],
    "fct_revenue": [
        revenue("p1", 2, 1, "90", **DESKTOP, country="FR"),
        revenue("p1", 10, 2, "60", **MOBILE, country="DE"),
        revenue("p2", 14, 1, "40", **MOBILE),
        revenue("p1", 14, 0, "-10.005", **DESKTOP, country="FR"),
        revenue("p1", 14, 1, "5", currency="GBP", **MOBILE),
        revenue("p1", 14, 0, "-3", currency=None),
    ],
}
TWO_WEEKS |= LEDGER | CUSTOMERS
TWO_WEEKS["fct_funnel"] += [
    {"session_date": day(14), **MOBILE, "category": category, "is_total": False, **steps(2, sessions)}
    for category, sessions in (("home_and_kitchen", 3), ("(none)", 1))
]
BUYERS = ("u:bob", "a:ann", "a:cat", "u:bob", "a:cat", "u:bob")
TWO_WEEKS |= cohorts(
    [(visit["visitor_id"], visit["session_date"]) for visit in SESSIONS],
    [
        (buyer, row["event_date"], row["currency"], row["net_amount"])
        for buyer, row in zip(BUYERS, TWO_WEEKS["fct_revenue"], strict=True)
    ],
)

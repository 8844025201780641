"""What the marts must say of a small world, in plain Python, from the definitions and never from the models' SQL.

The definitions are docs/architecture.md and the YAML beside the models. A world is `events`, `users` and `products`:
lists of raw rows. Clarity beats speed; each result is rows of the mart's columns, in no order that means anything.
"""

from collections import Counter
from datetime import date
from itertools import pairwise

from flows.records import Event, Product, User
from tests.oracle_activity import active_visitors, hourly_sessions, product_days, session_lengths
from tests.oracle_customers import customer_segments, customer_values
from tests.oracle_events import DAY, Row, Told, grouped, told_events, told_once
from tests.oracle_funnel import all_steps, funnel
from tests.oracle_orders import conversions, order_lines, orders_by_currency, placed_orders, revenue

EVENT_COLUMNS = ("event_date", "visitor_id", *Event.model_fields)
COUNTED = ("page_view", "product_view", "search", "add_to_cart", "begin_checkout", "purchase")
KEPT_OF_USERS = ("created_at", "country", "city", "postal_code", "is_marketing_opt_in")


def everything(world: dict[str, list[Row]]) -> dict[str, Told]:
    """Each result by its name."""
    events = told_events(world["events"])
    lines = order_lines(events)
    placed = placed_orders(lines)
    return {
        "events": [tuple(event[name] for name in EVENT_COLUMNS) for event in events],
        "sessions": sessions(events),
        "funnel": funnel(events, first_levels(world["products"])),
        "revenue": revenue(lines),
        "orders": orders_by_currency(lines, placed),
        "customer segments": customer_segments(events, lines, placed),
        "customer values": customer_values(events, lines, placed),
        "conversions": conversions(lines),
        "engagement": engagement(events),
        "active": active_visitors(events),
        "hours": hourly_sessions(events),
        "lengths": session_lengths(events),
        "products": product_days(events),
        "prices": price_changes(world["products"]),
        "retention": retention(events, list(placed.values())),
        "users": user_history(world["users"], events),
    }


def sessions(events: list[Row]) -> Told:
    """fct_sessions: visitor, start, day, end, events, events of each type, how far it went."""
    rows = []
    for key, own in grouped(events, "visitor_id", "session_started_at").items():
        counts = Counter(event["event_type"] for event in own)
        span = own[0]["event_date"], own[-1]["event_timestamp"]
        rows.append((*key, *span, len(own), *(counts[name] for name in COUNTED), *all_steps(own)))
    return rows


def first_levels(products: list[Row]) -> dict[str, str]:
    """dim_products, fct_funnel: first level of the category that a product has now, `(none)` where it is not known.

    No page says what the first level of `.pot` is: here not known.
    """
    latest = sorted(told_once(products, Product.key, Product.model_fields), key=lambda version: version["updated_at"])
    return {version["product_id"]: (version["category"] or "").split(".")[0] or "(none)" for version in latest}


def price_changes(products: list[Row]) -> Told:
    """fct_price_changes: product, since when, price and currency before and from then on."""
    versions = sorted(told_once(products, Product.key, Product.model_fields), key=lambda version: version["updated_at"])
    rows = []
    for (product,), own in grouped(versions, "product_id").items():
        prices = [(version["unit_price"], version["currency"]) for version in own]
        instants = [version["updated_at"] for version in own[1:]]
        changes = zip(instants, pairwise(prices), strict=True)
        rows += [(product, at, *before, *after) for at, (before, after) in changes if before != after]
    return rows


def engagement(events: list[Row]) -> Told:
    """fct_daily_engagement: visitors of each day, of the 7 and of the 30 days that end on it, and new ones."""
    visitors = {day: {event["visitor_id"] for event in own} for (day,), own in grouped(events, "event_date").items()}
    rows, known, day = [], set(), min(visitors, default=date.max)
    while day <= max(visitors, default=date.min):
        spans = [set().union(*(visitors.get(day - DAY * ago, ()) for ago in range(days))) for days in (1, 7, 30)]
        rows.append((day, *map(len, spans), len(spans[0] - known)))
        known, day = known | spans[0], day + DAY
    return rows


def period_start(period: str, day: date) -> date:
    """dim_date: Monday of the day's week, or the first of its month."""
    return day - DAY * day.weekday() if period == "week" else day.replace(day=1)


def retention(events: list[Row], placed: list[Row]) -> Told:
    """fct_cohort_retention: each cohort in each period from its own to that of the shop's last event."""
    rows = []
    for period, longest in (("week", 7), ("month", 31)):
        seen: dict[str, set[date]] = {}
        for event in events:
            seen.setdefault(event["visitor_id"], set()).add(period_start(period, event["event_date"]))
        ordered = Counter((order["visitor_id"], period_start(period, order["event_date"])) for order in placed)
        for cohort in {min(periods) for periods in seen.values()}:
            own, at = [visitor for visitor, periods in seen.items() if min(periods) == cohort], cohort
            while at <= max(map(max, seen.values())):
                placed_by = [ordered[visitor, at] for visitor in own]
                active = sum(at in seen[visitor] for visitor in own)
                rows.append((period, cohort, at, len(own), active, sum(map(bool, placed_by)), sum(placed_by)))
                at = period_start(period, at + DAY * longest)
    return rows


def kept_of_user(version: Row) -> Told:
    """dim_users: what is kept, null where it is unknown; no opt-in where the source did not say."""
    kept = {name: version.get(name) for name in KEPT_OF_USERS}
    return [*(kept | {"is_marketing_opt_in": bool(kept["is_marketing_opt_in"])}).values()]


def user_history(users: list[Row], events: list[Row]) -> Told:
    """dim_users: user, from, to, whether inferred, attributes: a row for each change of what the row keeps."""
    rows = []
    versions = sorted(told_once(users, User.key, KEPT_OF_USERS), key=lambda version: version["updated_at"])
    for (user,), own in grouped(versions, "user_id").items():
        told = [kept_of_user(version) for version in own]
        changes = [place for place in range(len(own)) if place == 0 or told[place] != told[place - 1]]
        since = [own[place]["updated_at"] for place in changes]
        until = [*since[1:], None]
        rows += [(user, *span, False, *told[place]) for *span, place in zip(since, until, changes, strict=True)]
    known_from_events = grouped((event for event in events if event["user_id"] is not None), "user_id")
    for (user,), own in known_from_events.items():
        if user not in {version["user_id"] for version in versions}:
            rows.append((user, own[0]["event_timestamp"], None, True, *kept_of_user({})))
    return rows

"""The oracle's customers, in plain Python and from the definitions: of each day by itself, from the orders up to it.

Like `tests/oracle.py` it follows the YAML beside the models, never their SQL.
"""

from collections import Counter
from datetime import date
from decimal import Decimal

from tests.oracle_events import DAY, Row, Told

BOUNDS = (0, *(step * size for size in (10, 100, 1000, 10_000, 100_000, 1_000_000) for step in (1, 2, 5)))


def days_of(events: list[Row]) -> list[date]:
    """fct_daily_engagement: every day from the first to the last on which somebody did something."""
    days = [event["event_date"] for event in events]
    return [min(days) + DAY * number for number in range((max(days) - min(days)).days + 1)] if days else []


def segment(orders: list[date], values: dict[str | None, Decimal], at: date) -> str | None:
    """fct_customer_segments: by the orders and the values in each currency up to a day; None before the first order."""
    if not orders:
        return None
    since, is_valuable = (at - max(orders)).days, max(values.values(), default=Decimal(0)) >= 500
    if since > 180:
        return "lost"
    if since > 90:
        return "at_risk" if is_valuable else "slipping"
    if len(orders) == 1:
        return "new" if since <= 30 else "once"
    return "best" if is_valuable else "regular"


def values_of(lines: list[Row], at: date) -> dict[str | None, Decimal]:
    """What somebody's lines up to a day brought, by currency."""
    told: dict[str | None, Decimal] = {}
    for line in lines:
        if line["event_date"] <= at:
            told[line["currency"]] = told.get(line["currency"], Decimal(0)) + line["amounts"][3]
    return told


def customers(lines: list[Row], placed: dict[str, Row]) -> dict[str, tuple[list[date], list[Row]]]:
    """The days of each customer's orders, and the lines of these, refunds among them."""
    own: dict[str, tuple[list[date], list[Row]]] = {}
    for key, order in placed.items():
        dates, told = own.setdefault(order["visitor_id"], ([], []))
        dates.append(order["event_date"])
        told += [line for line in lines if line["order_key"] == key]
    return own


def customer_segments(events: list[Row], lines: list[Row], placed: dict[str, Row]) -> Told:
    """fct_customer_segments: day, segment before, segment, customers."""
    found: Counter[tuple[date, str | None, str | None]] = Counter()
    for dates, own in customers(lines, placed).values():
        for day in days_of(events):
            before, now = (
                segment([date for date in dates if date <= at], values_of(own, at), at) for at in (day - DAY, day)
            )
            found[day, before, now] += 1
    return [(*key, number) for key, number in found.items() if key[2] is not None]


def customer_values(events: list[Row], lines: list[Row], placed: dict[str, Row]) -> Told:
    """fct_customer_values: day, currency, range, customers, what they brought."""
    found: dict[tuple[date, str | None, int | None, int | None], list[Decimal]] = {}
    for _, own in customers(lines, placed).values():
        for day in days_of(events):
            for currency, value in values_of(own, day).items():
                low = max((bound for bound in BOUNDS if bound <= value), default=None)
                below = min((bound for bound in BOUNDS if bound > value), default=None)
                found.setdefault((day, currency, low, below), []).append(value)
    return [(*key, len(values), sum(values, Decimal(0))) for key, values in found.items()]

"""The customers of the small shop by day: Bob since the 2nd, Ann since the 10th, Cat since the 14th with two orders."""

from datetime import date
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
DAYS = range(1, 15)


def segment(on: int, before: str | None, after: str, customers: int = 1) -> Row:
    told = {"previous_segment": before, "segment": after, "customers": customers}
    return {"event_date": date(2025, 11, on), **told}


def value(on: int, currency: str | None, first: int | None, below: int, net: str, customers: int = 1) -> Row:
    told = {"at_least_value": first, "below_value": below, "customers": customers, "net_amount": Decimal(net)}
    return {"event_date": date(2025, 11, on), "currency": currency, **told}


SEGMENTS = [
    segment(2, None, "new"),
    *(segment(on, "new", "new", 1 if on < 11 else 2) for on in DAYS if on > 2),
    segment(10, None, "new"),
    segment(14, None, "regular"),
]
# Of what Bob bought for 90 EUR a part was paid back on the last day, and something else in no currency that is told.
VALUES = [
    *(value(on, "EUR", 50, 100, "90") for on in DAYS if 2 <= on < 10),
    *(value(on, "EUR", 50, 100, "150", 2) for on in DAYS if 10 <= on < 14),
    value(14, "EUR", 20, 50, "40"),
    value(14, "EUR", 50, 100, "139.995", 2),
    value(14, "GBP", 0, 10, "5"),
    value(14, None, None, 0, "-3"),
]
CUSTOMERS = {"fct_customer_segments": SEGMENTS, "fct_customer_values": VALUES}

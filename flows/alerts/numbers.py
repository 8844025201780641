"""Orders and revenue of the last full day, and of the same weekday in the weeks before, out of the published marts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flows.alerts.problem import Problem
from flows.alerts.usual import LEAST_WEEKS, WEEKS, Range, is_unusual, noise_of, usual_range
from flows.kpis import Kpis, marts_of
from flows.settings import Settings

# An order in two currencies counts in both: both are judged by themselves and by weeks that count alike.
ORDERS = """
select order_date as day, currency, count(*) as orders
from marts.fct_orders
where purchase_lines > 0 and order_date in ({days})
group by order_date, currency
"""

NET = """
select event_date as day, currency, sum(net_amount) as net
from marts.fct_revenue
where event_date in ({days})
group by event_date, currency
"""


@dataclass(frozen=True)
class Number:
    """A number of one day, and what it was on the same weekday before, the latest first. `orders` are those days'."""

    name: str
    value: float
    history: tuple[float, ...]
    orders: tuple[float, ...]
    unit: str = ""

    @property
    def usual(self) -> Range | None:
        """Its usual range; None where the shop sells too little for one."""
        noise = noise_of(self.orders, is_money=self.name == "revenue")
        return None if noise is None else usual_range(self.history, noise)


@dataclass(frozen=True)
class Day:
    """The numbers of the last full day."""

    day: date
    numbers: tuple[Number, ...]


def days_to_compare(kpis: Kpis, now: datetime, settings: Settings) -> tuple[date, ...]:
    """The last full day in the shop's zone, then the same weekday before, latest first; empty where they are too few.

    The day that the data begins on is not full, so it is no history.
    """
    if kpis.first_date is None or kpis.last_date is None:
        return ()
    last = min(kpis.last_date, now.astimezone(settings.zone).date() - timedelta(days=1))
    weeks = [last - timedelta(weeks=week) for week in range(1, WEEKS + 1)]
    history = [day for day in weeks if day > kpis.first_date]
    return (last, *history) if len(history) >= LEAST_WEEKS else ()


def read_day(kpis: Kpis, settings: Settings, now: datetime) -> Day | None:
    """The last full day of the published marts; None where there is no history to hold it against.

    Raises WarehouseError or StorageError where they cannot be read. Nine days are asked for, however long the history.
    """
    days = days_to_compare(kpis, now, settings)
    with marts_of(settings) as ask:
        if ask is None or not days:
            return None
        places = ", ".join("?" for _ in days)
        orders = ask(ORDERS.format(days=places), [*days])
        net = ask(NET.format(days=places), [*days])
    return Day(days[0], tuple(_numbers(days, orders, net, kpis)))


def _numbers(
    days: tuple[date, ...], orders: list[dict[str, Any]], net: list[dict[str, Any]], kpis: Kpis
) -> Iterator[Number]:
    def series(rows: list[dict[str, Any]], what: str, **only: Any) -> list[float]:
        chosen = [row for row in rows if all(row[name] == value for name, value in only.items())]
        return [float(sum(row[what] for row in chosen if row["day"] == day)) for day in days]

    value, *history = series(orders, "orders")
    yield Number("orders", value, tuple(history), tuple(history))
    if kpis.revenue:  # of the currency with most orders: amounts of two cannot be added up
        currency = kpis.revenue[0].currency
        amount, *amounts = series(net, "net", currency=currency)
        _, *sold = series(orders, "orders", currency=currency)
        yield Number("revenue", amount, tuple(amounts), tuple(sold), currency or "")


def unusual_numbers(day: Day) -> Iterator[Problem]:
    """A problem for each number of the day that is out of its usual range."""
    for number in day.numbers:
        usual = number.usual
        if usual is not None and is_unusual(number.value, number.history, usual):
            weekday, unit = f"{day.day:%A}", f" {number.unit}" if number.unit else ""
            told = (
                f"{number.name.capitalize()} of {weekday} {day.day}: {number.value:,.0f}{unit}. Usual for a {weekday} "
                f"is {max(usual.lowest, 0):,.0f} to {usual.highest:,.0f}; the median of the last "
                f"{len(number.history)} is {usual.typical:,.0f}"
            )
            yield Problem("unusual_number", "warn", told, number.name, str(day.day))

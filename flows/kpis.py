"""The few numbers that a run ends with, read from the current serving copy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flows.settings import Settings

TOP = 5


@dataclass(frozen=True)
class Revenue:
    """Revenue of all days in one currency; None where the source does not say the currency."""

    currency: str | None
    gross_amount: Decimal
    discount_amount: Decimal
    refund_amount: Decimal
    net_amount: Decimal


@dataclass(frozen=True)
class Category:
    """Net revenue of a first-level category in one currency."""

    name: str
    currency: str | None
    net_amount: Decimal


@dataclass(frozen=True)
class Kpis:
    """All days of the serving copy together. `funnel` counts the visitors who got as far as each step."""

    first_date: date | None
    last_date: date | None
    visitors: int
    sessions: int
    converted_sessions: int
    orders: int
    revenue: tuple[Revenue, ...]
    categories: tuple[Category, ...]
    funnel: dict[str, int]


def amount(value: Decimal, currency: str | None = None) -> str:
    """Money as people read it.

    >>> amount(Decimal("59442.6300"), "EUR")
    '59,442.63 EUR'
    """
    return f"{value:,.2f}{f' {currency}' if currency else ''}"


def share(part: int, whole: int) -> str:
    """`part` of `whole` in percent.

    >>> share(62, 4518)
    '1.37 %'
    """
    return f"{100 * part / whole:.2f} %" if whole else "–"


def read_kpis(settings: Settings) -> Kpis | None:
    """The KPIs of the current serving copy; None where nothing was published yet."""
    return None

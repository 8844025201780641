"""What the marts of cohorts say, worked out from who was there on which days and who brought what."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
Seen = Sequence[tuple[str, date]]
Paid = Sequence[tuple[str, date, str | None, Decimal]]


def cohorts(seen: Seen, paid: Paid) -> dict[str, list[Row]]:
    """`seen` are visitors and days, `paid` also currencies and net amounts."""
    found: dict[str, list[Row]] = {"fct_cohort_retention": [], "fct_cohort_revenue": []}
    first = {visitor: min(on for other, on in seen if other == visitor) for visitor, _ in seen}
    for unit in ("week", "month"):
        periods = sorted({_number(on, unit) for _, on in seen})
        for cohort in sorted({_number(on, unit) for on in first.values()}):
            members = {visitor for visitor, on in first.items() if _number(on, unit) == cohort}
            for period in range(cohort, periods[-1] + 1):
                active = {visitor for visitor, on in seen if visitor in members and _number(on, unit) == period}
                found["fct_cohort_retention"].append(
                    _place(cohort, period, unit) | {"cohort_visitors": len(members), "active_visitors": len(active)}
                )
        sums: dict[tuple[int, int, str | None], Decimal] = {}
        for visitor, on, currency, net in paid:
            key = (_number(first[visitor], unit), _number(on, unit), currency)
            sums[key] = sums.get(key, Decimal(0)) + net
        for (cohort, period, currency), net in sums.items():
            row = _place(cohort, period, unit) | {"currency": currency, "net_amount": net}
            found["fct_cohort_revenue"].append(row)
    return found


def _number(on: date, unit: str) -> int:
    return (on.toordinal() - 1) // 7 if unit == "week" else on.year * 12 + on.month - 1


def _start(number: int, unit: str) -> date:
    return date.fromordinal(number * 7 + 1) if unit == "week" else date(number // 12, number % 12 + 1, 1)


def _place(cohort: int, period: int, unit: str) -> Row:
    starts = {"cohort_start_date": _start(cohort, unit), "period_start_date": _start(period, unit)}
    return {"period_type": unit, **starts, "periods_since": period - cohort}

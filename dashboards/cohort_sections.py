"""Of the page Cohorts: each triangle as a table, as curves and as a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import streamlit as st

from dashboards import charts, cohort_table, downloads, numbers
from dashboards.queries.cohorts import Cell
from dashboards.triangle import Cohort, later, means
from dashboards.view import View

DRAWN = 26
MEAN = "All shown"


def retention(view: View, unit: str, cohorts: list[Cohort]) -> None:
    shown = cohorts[-DRAWN:]
    averages = [100 * mean for mean in means(shown)]
    if not averages:
        st.caption(f"No {unit} is over yet.")
        return

    def percent(cohort: Cohort, age: int) -> Decimal:
        return 100 * cohort.values[age] / cohort.size

    _table(shown, unit, lambda *cell: numbers.average(percent(*cell)), [numbers.average(mean) for mean in averages])
    _caption(cohorts, unit, "Percent of the cohort's users", "every user weighs the same in it")
    downloads.offer(lambda: _as_table(cohorts, unit, "Active users", int), f"retention_by_{unit}", view)
    if len(averages) > 1:
        # Everybody is there in the first one: a point at 100 would press all others to the ground.
        _curves(shown, unit, percent, averages, "Percent of the cohort's users", first=1)


def revenue(view: View, unit: str, cohorts: list[Cohort], cells: Sequence[Cell]) -> None:
    shown = cohorts[-DRAWN:]
    per_user = [cohort.so_far for cohort in shown]
    averages = means(per_user)
    if not averages:
        st.caption(f"No {unit} is over yet.")
        return
    sums = [
        sum((cohort.values[age] for cohort in shown if age < len(cohort.values)), Decimal(0))
        for age in range(len(averages))
    ]
    _table(shown, unit, lambda cohort, age: _whole(cohort.values[age]), [_whole(amount) for amount in sums])
    net = numbers.labelled("Net revenue", view.currency)
    _caption(cohorts, unit, f"{net}, without decimals; coloured by what it is for each user", "the sum")
    early = sum((cell.value for cell in cells if cell.age < 0 and cell.start >= shown[0].start), Decimal(0))
    if early:
        st.caption(f"Not shown: {numbers.amount(early)}, paid back to others before the buyers were first seen.")
    downloads.offer(lambda: _as_table(cohorts, unit, net, Decimal), f"cohort_revenue_by_{unit}", view)
    st.caption(numbers.labelled(f"Net revenue for each user up to the end of each {unit}", view.currency))
    _curves(per_user, unit, lambda cohort, age: cohort.values[age] / cohort.size, averages, "For each user so far")


def _whole(amount: Decimal) -> str:
    return numbers.count(round(amount))


def _named(start: date, unit: str) -> str:
    """The words do not part at a line's end."""
    return f"{start:%-d %b %Y}".replace(" ", "\u00a0") if unit == "week" else f"{start:%b %Y}".replace(" ", "\u00a0")


def _table(shown: list[Cohort], unit: str, written: Callable[[Cohort, int], str], foot: list[str]) -> None:
    users = numbers.count(sum(cohort.size for cohort in shown))
    table = cohort_table.as_html(
        shown,
        written,
        corner=f"First seen in the {unit} of" if unit == "week" else "First seen in",
        named=lambda cohort: _named(cohort.start, unit),
        counted=numbers.count,
        foot=(MEAN, users, foot),
    )
    st.html(f'<div class="plain-table-room">{table}</div>')


def _caption(cohorts: list[Cohort], unit: str, what: str, last: str) -> None:
    said = [
        f"{what}, in the {unit} of the first visit (0) and those after it. A {unit} that is not over is empty.",
        f"The last row is of all cohorts shown that are as old: {last}.",
    ]
    if len(cohorts) > DRAWN:
        said.append(f"The newest {DRAWN} of {len(cohorts)} cohorts; the files have all.")
    st.caption(" ".join(said))


def _curves(
    cohorts: list[Cohort],
    unit: str,
    value: Callable[[Cohort, int], Decimal],
    averages: list[Decimal],
    title: str,
    first: int = 0,
) -> None:
    rows = [
        {"series": _named(cohort.start, unit), "age": age, "value": float(value(cohort, age))}
        for cohort in cohorts
        for age in range(first, len(cohort.values))
    ]
    rows += [{"series": MEAN, "age": age, "value": float(averages[age])} for age in range(first, len(averages))]
    st.html(
        charts.curves(
            rows,
            ("age", f"{unit.capitalize()}s since the first visit"),
            mean=MEAN,
            alt=f"{title} by {unit}s since the first visit: a line for each cohort, and one for all of them.",
        )
    )
    st.caption(f"{title}: a line for each cohort, the newer the stronger; the orange one is all that are shown.")


def _as_table(cohorts: list[Cohort], unit: str, name: str, kind: Callable[[Decimal], Any]) -> list[dict[str, Any]]:
    """Every cell that is over, with its days."""
    return [
        {"Cohort": cohort.start, "Users": cohort.size, f"{unit.capitalize()}s since": age}
        | {"Begins": later(cohort.start, unit, age), name: kind(value)}
        for cohort in cohorts
        for age, value in enumerate(cohort.values)
    ]

"""A triangle as a table whose cells are the stronger in colour, the higher they are, and as a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from html import escape

from dashboards.triangle import Cohort

STRONGEST = 60  # percent of the colour: text stays readable on it, on a light ground and on a dark one


def as_html(
    cohorts: Sequence[Cohort],
    written: Callable[[Cohort, int], str],
    *,
    corner: str,
    named: Callable[[Cohort], str],
    counted: Callable[[int], str],
    foot: tuple[str, str, Sequence[str]],
) -> str:
    """The table, with a column for each age and a last row, `foot`: its name, its users, its cells.

    Colours are by the value for a user, between zero and the highest after a cohort's own week or month: that one is
    far above all others.
    """
    ages = range(max((len(cohort.values) for cohort in cohorts), default=0))
    highest = max((value / cohort.size for cohort in cohorts for value in cohort.values[1:]), default=Decimal(0))
    head = "".join(f'<th scope="col" class="number">{escape(name)}</th>' for name in ("Users", *map(str, ages)))
    body = "".join(
        f'<tr><th scope="row">{escape(named(cohort))}</th>{_number(counted(cohort.size))}'
        + "".join(
            _number(written(cohort, age), _shade(cohort, age, highest)) if age < len(cohort.values) else _number("")
            for age in ages
        )
        + "</tr>"
        for cohort in cohorts
    )
    name, users, cells = foot
    last = f'<tr><th scope="row">{escape(name)}</th>{"".join(map(_number, (users, *cells)))}</tr>'
    return (
        f'<table class="plain-table triangle"><thead><tr><th scope="col">{escape(corner)}</th>{head}</tr></thead>'
        f"<tbody>{body}{last}</tbody></table>"
    )


def _shade(cohort: Cohort, age: int, highest: Decimal) -> int:
    value = cohort.values[age] / cohort.size
    return int(STRONGEST * min(1, max(0, value / highest))) if highest > 0 else 0


def _number(text: str, shade: int = 0) -> str:
    style = f' style="--shade: {shade}%"' if shade else ""
    return f'<td class="number"{style}>{escape(text)}</td>'

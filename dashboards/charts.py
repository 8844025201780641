"""The chart shapes of the dashboards. Each makes HTML, for `st.html`; `alt` says in a sentence what it draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any, SupportsFloat

from dashboards.plot import BLUE, GREEN, ORANGE, PINK, Column, Series, figure, plot, said, tip
from dashboards.reader import written

Rows = Sequence[Mapping[str, Any]]


def bars_and_line_per_day(rows: Rows, bars: tuple[str, str], line: tuple[str, str], *, alt: str) -> str:
    """Two columns of `rows` (with their titles) over the days: bars on the left axis, a line on the right one, both
    with their zero at the same height, also where a bar goes below it."""
    (column, title), (line_column, line_title) = bars, line
    return plot(
        _days(rows),
        [Series(title, [row[column] for row in rows], kind="bars")],
        beside=Series(line_title, [row[line_column] for row in rows], ORANGE),
        alt=alt,
    )


def lines_per_day(rows: Rows, series: Mapping[str, str], *, alt: str) -> str:
    """One line a series over the days, four at most. `series` maps a column of `rows` to its name in the legend."""
    lines = [
        Series(name, [row[column] for row in rows], colour)
        for (column, name), colour in zip(series.items(), (BLUE, ORANGE, GREEN, PINK), strict=False)
    ]
    return plot(_days(rows), lines, alt=alt)


def bars_by_name(bars: Sequence[tuple[str, SupportsFloat]], counted: str, *, alt: str, width: int = 170) -> str:
    """One horizontal bar for each name, with the value written beside it; `counted` says of what. Names have at most
    `width` pixels."""
    values = [float(value) for _, value in bars]
    low = min(0, 0, *values)
    whole = (max(0, 0, *values) - low) or 1
    texts = [written(f"{round(value) + 0:,}") for value in values]
    drawn = "".join(
        f'<li><span title="{escape(name)}">{escape(name)}</span><b>'
        f'<u style="left: {100 * (min(0, value) - low) / whole:.4g}%; width: {100 * abs(value) / whole:.4g}%"></u>'
        f'<data value="{value:.12g}" title="{escape(counted)}: {said(value)}" '
        f'style="left: {100 * (max(0, value) - low) / whole:.4g}%">{text}</data></b></li>'
        for (name, _), value, text in zip(bars, values, texts, strict=True)
    )
    room = f"--names: {width}px; --written: {max(map(len, texts), default=0) + 1}ch"
    return figure(f'<ol class="bars" style="{room}">{drawn}</ol>', alt)


def heat_map(rows: Rows, across: tuple[str, str], down: str, value: str, titles: Mapping[str, str], *, alt: str) -> str:
    """One cell for each of `rows`, in their order, by the column `across` (with its title) and the column `down`, where
    every pair of them has a row: the stronger its colour, the higher its `value`, which is zero or above. Drawn as more
    or less of one colour, so that it is read on a dark ground as on a light one, and whoever sees which colours.
    `titles` are the columns that are told where somebody points; a file beside it tells them by keyboard."""
    column, title_across = across
    columns = list(dict.fromkeys(row[column] for row in rows))
    highest = max((row[value] for row in rows), default=0) or 1
    head = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in columns)
    lines: dict[str, str] = {}
    for row in rows:
        side = ' class="end"' if 2 * columns.index(row[column]) >= len(columns) else ""
        told = tip(
            escape(f"{row[down]}, {title_across.lower()} {row[column]}"),
            [(title, row[name]) for name, title in titles.items()],
        )
        shade = 4 + 96 * row[value] / highest
        lines[row[down]] = lines.get(row[down], "") + f'<td{side} style="--shade: {shade:.3g}%">{told}</td>'
    # A phone has room for the beginning of a name.
    body = "".join(
        f'<tr><th scope="row">{escape(name[:3])}<span>{escape(name[3:])}</span></th>{cells}</tr>'
        for name, cells in lines.items()
    )
    return figure(f'<table class="heat"><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table>', alt)


def curves(rows: Rows, x: tuple[str, str], *, mean: str, alt: str) -> str:
    """One line for each `series` of `rows` over the column `x` (with its title), each stronger than the one before, and
    on top the series `mean`."""
    column, x_title = x
    places = sorted({row[column] for row in rows})
    cells = {(row["series"], row[column]): row["value"] for row in rows}
    names = list(dict.fromkeys(row["series"] for row in rows if row["series"] != mean))
    lines = [
        Series(
            name,
            [cells.get((name, place)) for place in places],
            width=1.4,
            strength=0.35 + 0.65 * (number + 1) / len(names),
        )
        for number, name in enumerate(names)
    ]
    of_all = Series(mean, [cells.get((mean, place)) for place in places], ORANGE, width=3)
    titled = [Column(str(place), escape(f"{x_title}: {place}")) for place in places]
    return plot(titled, [*lines, of_all], legend=[of_all], below=x_title, alt=alt)


def _days(rows: Rows) -> list[Column]:
    """Every row's `date` (ISO) as a column."""
    days = [datetime.fromisoformat(row["date"]) for row in rows]
    return [
        Column(f"{day.day} {day:%b}", f'<time datetime="{day:%Y-%m-%d}">{day:%a} {day.day} {day:%b %Y}</time>')
        for day in days
    ]

"""What charts are made of: HTML, and one picture of all bars and lines.

Streamlit's own charts start Vega, which is a third of a second of every page; these are there with the page's text, as
wide as the page is. The numbers of a plot are text: whoever points at a column reads them beside it, whoever comes by
keyboard as a list over the picture, and so does a screen reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Literal
from urllib.parse import quote

from dashboards.reader import written
from dashboards.scale import Number, Scale, finite, short

BLUE, ORANGE, GREEN, PINK = "#1B7FC2", "#E69F00", "#009E73", "#CC79A7"
WIDE, NARROW = 10, 5  # labels that fit below a plot, and on a phone
MANY = 12  # numbers that fit below each other
INKS = 4  # series whose numbers have their colour beside them
DOTTED = 60  # columns whose dots leave a line in sight


@dataclass(frozen=True)
class Series:
    """One value for each column of a plot, None where there is none. `strength` is that of its line, from 0 to 1."""

    name: str
    values: Sequence[Number]
    colour: str = BLUE
    kind: Literal["bars", "line"] = "line"
    width: float = 2.2
    strength: float = 1


@dataclass(frozen=True)
class Column:
    """A column of a plot: `label`, a text, stands below it, and `title`, HTML, above its numbers."""

    label: str
    title: str


def plot(
    columns: Sequence[Column],
    series: Sequence[Series],
    *,
    alt: str,
    beside: Series | None = None,
    legend: Sequence[Series] | None = None,
    below: str = "",
) -> str:
    """HTML of series over the same columns, on one scale from zero; `beside` has one of its own, on the right.

    `alt` says in a sentence what is drawn, `below` what the columns are. The legend names all series, unless it is told
    which.
    """
    left = Scale.of([value for one in series for value in one.values])
    right = Scale.of(beside.values, left) if beside else None
    every = [*series, *([beside] if beside else [])]
    scales = [left] * len(series) + [right] * bool(right)
    drawn = "".join(_drawn(one, scale, len(columns)) for one, scale in zip(every, scales, strict=True) if scale)
    picture = image(drawn, len(columns), 100, "drawn")
    numbers = "".join(_numbers(place, column, columns, every) for place, column in enumerate(columns))
    room = f"--left: {_room(left)}ch; --right: {_room(right) if right else 0.5}ch"
    ticks = _ticks(left, "left") + (_ticks(right, "right") if right else "")
    return figure(
        f"{_legend(every if legend is None else legend, beside)}"
        f'<div class="plot" style="{room}">{ticks}{picture}'
        f'<ol class="numbers" role="list" tabindex="0" aria-label="Numbers: {escape(alt)}">{numbers}</ol>'
        f"{_labels(columns)}</div>" + (f'<div class="below">{escape(below)}</div>' if below else ""),
        alt,
        _inks(every),
    )


def figure(html: str, alt: str, style: str = "") -> str:
    """A chart, with a sentence that says what it draws."""
    styled = f' style="{style}"' if style else ""
    return f'<figure class="chart" aria-label="{escape(alt)}"{styled}>{html}</figure>'


def image(svg: str, width: float, height: float, kind: str) -> str:
    """A picture that fills its room, whatever its shape. An image: Streamlit takes an SVG out of the page's HTML."""
    head = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width:g} {height:g}' preserveAspectRatio='none'>"
    # The names of elements and numbers stay as they are: it is a third of the length.
    told = quote(f"{head}{svg}</svg>", safe=" ='/:,.-")
    return f'<img alt="" class="{kind}" src="data:image/svg+xml,{told}">'


def line(points: Sequence[tuple[float, float]], colour: str, width: float) -> str:
    """SVG of a line through points, which is as wide (in pixels) however the picture is stretched."""
    path = " ".join(f"{x:g},{y:.4g}" for x, y in points)
    return f"<polyline points='{path}' fill='none' {_pen(colour, width)}/>"


def said(value: Number) -> str:
    """A count as it is, all else with two decimals, as the reader writes numbers; a dash where there is none.

    >>> said(1234), said(0.5)
    ('1,234', '0.50')
    """
    if value is None:
        return "–"
    return written(f"{value:,}" if isinstance(value, int) else f"{round(float(value), 2) + 0:,.2f}")


def entry(name: str, value: Number) -> str:
    """A number with its name."""
    told = "" if value is None else f' value="{value}"'
    return f"<span>{escape(name)} <data{told}>{said(value)}</data></span>"


def tip(title: str, entries: Sequence[tuple[str, Number]]) -> str:
    """Numbers to be shown where somebody points; `title` is HTML."""
    many = ' class="many"' if len(entries) > MANY else ""
    return f"<p{many}><b>{title}</b>{''.join(entry(*one) for one in entries)}</p>"


def _drawn(series: Series, scale: Scale, columns: int) -> str:
    points = [
        None if value is None else (place + 0.5, 100 - scale.height(value))
        for place, value in enumerate(finite(series.values))
    ]
    if series.kind == "bars":
        zero, half = 100 - scale.height(0), 0.36 if columns > 6 else 0.14  # else a single day would fill the plot
        path = "".join(f"M{x - half:g} {zero:.4g}V{y:.4g}h{2 * half:g}V{zero:.4g}z" for x, y in filter(None, points))
        return f"<path d='{path}' fill='{series.colour}'/>"
    runs = [list(filter(None, run)) for is_known, run in groupby(points, key=bool) if is_known]
    drawn = "".join(line(run, series.colour, series.width) for run in runs)
    dots = [point for run in runs for point in run if columns <= DOTTED or len(run) == 1]
    path = "".join(f"M{x:g} {y:.4g}h0" for x, y in dots)
    drawn += f"<path d='{path}' {_pen(series.colour, series.width + 3)}/>" if path else ""
    return drawn if series.strength == 1 else f"<g opacity='{series.strength:.2f}'>{drawn}</g>"


def _pen(colour: str, width: float) -> str:
    return (
        f"stroke='{colour}' stroke-width='{width:g}' stroke-linejoin='round' stroke-linecap='round' "
        "vector-effect='non-scaling-stroke'"
    )


def _numbers(place: int, column: Column, columns: Sequence[Column], series: Sequence[Series]) -> str:
    side = ' class="end"' if 2 * place >= len(columns) else ""
    is_crowded = len(series) > INKS
    entries = [(one.name, one.values[place]) for one in series if not is_crowded or one.values[place] is not None]
    return f"<li{side}>{tip(column.title, entries)}</li>"


def _ticks(scale: Scale, side: Literal["left", "right"]) -> str:
    """Those on the right have no line, and none is below zero: no count is."""
    return "".join(
        f'<div class="tick {side}" style="bottom: {scale.height(value):.4g}%" aria-hidden="true">'
        f"<span>{short(value)}</span></div>"
        for value in scale.ticks()
        if side == "left" or value >= 0
    )


def _room(scale: Scale) -> int:
    """For the ticks of a scale, in digits."""
    return 1 + max(len(short(value)) for value in scale.ticks())


def _labels(columns: Sequence[Column]) -> str:
    """As many as fit, always as many columns apart; those that a phone has no room for are marked."""
    often, seldom = _apart(len(columns), WIDE), _apart(len(columns), NARROW)
    return "".join(
        f'<span class="label{" wide" if place % seldom else ""}" aria-hidden="true" '
        f'style="left: {_middle(place, columns)}%">{escape(columns[place].label)}</span>'
        for place in range(0, len(columns), often)
    )


def _middle(place: int, columns: Sequence[Column]) -> str:
    return f"{100 * (place + 0.5) / len(columns):.4g}"


def _apart(columns: int, room: int) -> int:
    apart = 1
    while columns > apart * room:
        apart *= 2
    return apart


def _legend(series: Sequence[Series], beside: Series | None) -> str:
    named = "".join(
        f'<span class="of-{one.kind}" style="--ink: {one.colour}">'
        f"{escape(one.name)}{' (right)' if one is beside else ''}</span>"
        for one in series
    )
    return f'<figcaption aria-hidden="true">{named}</figcaption>' if series else ""


def _inks(series: Sequence[Series]) -> str:
    """The colours of the numbers that are shown where somebody points, where each series has one."""
    inks = [f"--ink-{place}: {one.colour}" for place, one in enumerate(series, 1)]
    return "; ".join(inks) if len(series) <= INKS else ""

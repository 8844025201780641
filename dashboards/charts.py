"""The chart shapes of the dashboards. Altair draws with the bundle of Streamlit's own charts; Plotly would cost a
second of every first page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import altair as alt

from dashboards.reader import marks

BLUE, ORANGE, GREEN, PINK, GREY = "#1B7FC2", "#E69F00", "#009E73", "#CC79A7", "#7A8797"
ON_PHONE = 200  # pixels that a phone leaves for bars and the numbers beside them
HEIGHT = 280
Rows = Sequence[dict[str, Any]]
AnyChart = TypeVar("AnyChart", alt.Chart, alt.LayerChart)


def bars_and_line_per_day(rows: Rows, bars: tuple[str, str], line: tuple[str, str]) -> alt.LayerChart:
    """Two columns of `rows` (with their titles) over the days: bars on the left axis, a line on the right one, both
    with their zero at the same height, also where a bar goes below it."""
    (column, title), (line_column, line_title) = bars, line
    tips = [
        _day_tip(),
        alt.Tooltip(f"{column}:Q", title=title, format=",.2f"),
        alt.Tooltip(f"{line_column}:Q", title=line_title, format=","),
    ]
    base = alt.Chart(alt.Data(values=list(rows)), height=HEIGHT).encode(x=_days(), tooltip=tips)
    few = {"size": 64} if len(rows) < 7 else {}  # else a single day would fill the chart
    drawn_bars = base.mark_bar(color=BLUE, cornerRadiusEnd=2, **few).encode(
        y=alt.Y(f"{column}:Q", title=title, axis=_numbers(titleColor=BLUE), scale=_from_zero(rows, column))
    )
    y = alt.Y(
        f"{line_column}:Q",
        title=line_title,
        axis=_numbers(from_zero=True, titleColor=ORANGE, orient="right", grid=False),
        scale=_from_zero(rows, line_column, beside=column),
    )
    drawn_line = base.mark_line(color=ORANGE, strokeWidth=2.2, point=_points(ORANGE)).encode(y=y)
    return as_read(alt.layer(drawn_bars, drawn_line).resolve_scale(y="independent"))


def lines_per_day(rows: Rows, series: dict[str, str], unit: str = "Count", number: str = ",") -> alt.Chart:
    """One line a series over the days, four at most. `series` maps a column of `rows` to its name in the legend;
    `number` is how a value is written when it is pointed at, under the name of its `unit`."""
    long = [
        {"date": row["date"], "series": name, "value": row[column]} for row in rows for column, name in series.items()
    ]
    names = list(series.values())
    columns = 2 if len(names) > 3 else 0  # on a phone four do not fit into one row
    return as_read(
        alt.Chart(alt.Data(values=long), height=HEIGHT)
        .mark_line(strokeWidth=2.2, point=_points())
        .encode(
            x=_days(),
            y=alt.Y("value:Q", title=None, axis=_numbers()),
            color=alt.Color(
                "series:N",
                title=None,
                sort=names,
                scale=alt.Scale(domain=names, range=[BLUE, ORANGE, GREEN, PINK][: len(names)]),
                legend=alt.Legend(
                    orient="top", direction="horizontal", symbolType="stroke", offset=8, padding=0, columns=columns
                ),
            ),
            tooltip=[
                _day_tip(),
                alt.Tooltip("series:N", title="What"),
                alt.Tooltip("value:Q", title=unit, format=number),
            ],
        )
    )


def bars_by_name(rows: Rows, name: str, value: str, title: str, width: int = 170) -> alt.LayerChart:
    """One horizontal bar for each of `rows`, in their order, with the value written beside it. Names that are wider
    than `width` pixels are cut."""
    values = [row[value] for row in rows]
    written_pixels = 5 + 6.5 * max((len(f"{number:,.0f}") for number in values), default=0)
    room = alt.Scale(
        domain=[min(0, *values), max(0, *values) * ON_PHONE / (ON_PHONE - written_pixels) or 1], nice=False
    )
    base = alt.Chart(alt.Data(values=list(rows)), height=HEIGHT).encode(
        y=alt.Y(f"{name}:N", title=None, sort=None, axis=alt.Axis(labelLimit=width, ticks=False, domain=False)),
        x=alt.X(f"{value}:Q", title=None, axis=None, scale=room),
        tooltip=[alt.Tooltip(f"{name}:N", title="Name"), alt.Tooltip(f"{value}:Q", title=title, format=",.2f")],
    )
    written = base.mark_text(align="left", dx=5, color=GREY).encode(text=alt.Text(f"{value}:Q", format=",.0f"))
    return as_read(alt.layer(base.mark_bar(color=BLUE, cornerRadiusEnd=2), written))


def heat_map(rows: Rows, across: str, down: str, value: str, titles: dict[str, str]) -> alt.Chart:
    """One cell for each of `rows`, in their order: the stronger its colour, the higher its `value`. Drawn as more or
    less of one colour, so that it is read on a dark ground as on a light one, and whoever sees which colours. `titles`
    are the columns that are told when a cell is pointed at."""
    return as_read(
        alt.Chart(alt.Data(values=list(rows)), height=HEIGHT)
        .mark_rect(color=BLUE, cornerRadius=2)
        .encode(
            x=alt.X(
                f"{across}:O", title=None, sort=None, axis=alt.Axis(labelAngle=0, labelOverlap="greedy", ticks=False)
            ),
            y=alt.Y(f"{down}:N", title=None, sort=None, axis=alt.Axis(ticks=False, domain=False)),
            opacity=alt.Opacity(f"{value}:Q", scale=alt.Scale(domainMin=0, range=[0.04, 1]), legend=None),
            tooltip=[
                alt.Tooltip(f"{name}:{'Q' if isinstance(rows[0][name], int | float) else 'N'}", title=title)
                for name, title in titles.items()
            ],
        )
    )


def curves(rows: Rows, x: tuple[str, str], title: str, mean: str, number: str = ",.2f") -> alt.LayerChart:
    """One line for each `series` of `rows` over the column `x` (with its title), each stronger than the one before, and
    on top the series `mean`. `title` is what their `value` is."""
    column, x_title = x
    names = list(dict.fromkeys(row["series"] for row in rows if row["series"] != mean))
    strength = {name: 0.35 + 0.65 * place / max(1, len(names) - 1) for place, name in enumerate(names)}
    told = [row | {"strength": strength.get(row["series"])} for row in rows]
    base = alt.Chart(alt.Data(values=told), height=HEIGHT).encode(
        x=alt.X(f"{column}:O", title=x_title, axis=alt.Axis(labelAngle=0, labelOverlap="greedy", ticks=False)),
        y=alt.Y("value:Q", title=None, axis=_numbers()),
        tooltip=[
            alt.Tooltip("series:N", title="Cohort"),
            alt.Tooltip(f"{column}:O", title=x_title),
            alt.Tooltip("value:Q", title=title, format=number),
        ],
    )
    of_each = base.transform_filter("isValid(datum.strength)").mark_line(
        color=BLUE, strokeWidth=1.4, point=_points(BLUE)
    )
    of_all = base.transform_filter("!isValid(datum.strength)").mark_line(
        color=ORANGE, strokeWidth=3, point=_points(ORANGE)
    )
    opacity = alt.Opacity("strength:Q", scale=None)
    return as_read(alt.layer(of_each.encode(detail="series:N", opacity=opacity), of_all))


def as_read(chart: AnyChart) -> AnyChart:
    """The chart with its numbers as the reader writes them; every shape here ends with it."""
    thousands, decimal = marks()
    number = alt.NumberLocale(decimal=decimal, thousands=thousands, grouping=[3], currency=["", ""])
    return chart.configure(locale=alt.Locale(number=number))


def _days() -> alt.X:
    """Days as equal steps: every tick is a day, and the first and the last have their full width."""
    axis = alt.Axis(
        format="%-d %b",
        grid=False,
        labelOverlap="parity",  # every other one, or every fourth: always as many days apart
        labelAngle=0,
        labelSeparation=12,
        ticks=False,
        labelBound=True,
    )
    return alt.X("yearmonthdate(date):O", title=None, axis=axis)


def _from_zero(rows: Rows, column: str, beside: str = "") -> alt.Scale:
    """From zero, or what lies below it, to the highest value; with a column `beside`, as much below zero as there."""
    low, high = _ends(rows, column)
    if beside:
        lowest, highest = _ends(rows, beside)
        low = high * lowest / highest
    return alt.Scale(domain=[low * 1.05, high * 1.05], nice=False)


def _ends(rows: Rows, column: str) -> tuple[float, float]:
    """The lowest value, if it is below zero, and the highest one, if it is above; else 0 and 1."""
    values = [row[column] for row in rows]
    return min(0, 0, *values), max(0, 0, *values) or 1


def _day_tip() -> alt.Tooltip:
    return alt.Tooltip("date:T", title="Day", format="%a %-d %b %Y")


def _numbers(from_zero: bool = False, **more: Any) -> alt.Axis:
    # Of less than one, `s` would make thousandths: 500m.
    said = "abs(datum.value) < 1 ? format(datum.value, '~g') : format(datum.value, '~s')"
    said = f"datum.value < 0 ? '' : {said}" if from_zero else said
    return alt.Axis(labelExpr=said, tickCount=5, domain=False, ticks=False, **more)


def _points(color: str | None = None) -> alt.OverlayMarkDef:
    return alt.OverlayMarkDef(filled=True, size=28, **({"color": color} if color else {}))

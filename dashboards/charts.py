"""The chart shapes of the dashboards. Altair draws with the bundle of Streamlit's own charts; Plotly would cost a
second of every first page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

BLUE, ORANGE, GREEN = "#0072B2", "#E69F00", "#009E73"
HEIGHT = 260
Rows = Sequence[dict[str, Any]]


def bars_per_day(rows: Rows, value: str, title: str, also: dict[str, str] | None = None) -> alt.Chart:
    """One bar a day. `rows` have `date` (ISO text) and `value`; `also` maps further columns to their titles."""
    tips = [
        alt.Tooltip("date:T", title="Day", format="%a %-d %b %Y"),
        alt.Tooltip(f"{value}:Q", title=title, format=",.2~f"),
    ]
    tips += [alt.Tooltip(f"{name}:Q", title=said, format=",") for name, said in (also or {}).items()]
    return (
        alt.Chart(alt.Data(values=list(rows)), height=HEIGHT)
        .mark_bar(color=BLUE, cornerRadiusTopLeft=2, cornerRadiusTopRight=2)
        .encode(x=_days(rows, banded=True), y=alt.Y(f"{value}:Q", title=None, axis=_amounts()), tooltip=tips)
    )


def lines_per_day(rows: Rows, series: dict[str, str]) -> alt.LayerChart:
    """One line a series over the days. `series` maps a column to the name it has in the legend."""
    long = [
        {"date": row["date"], "series": name, "value": row[column]} for row in rows for column, name in series.items()
    ]
    base = alt.Chart(alt.Data(values=long), height=HEIGHT).encode(
        x=_days(rows),
        y=alt.Y("value:Q", title=None, axis=_amounts()),
        color=alt.Color(
            "series:N",
            title=None,
            sort=list(series.values()),
            scale=alt.Scale(domain=list(series.values()), range=[BLUE, ORANGE, GREEN][: len(series)]),
            legend=alt.Legend(orient="top", direction="horizontal"),
        ),
        tooltip=[
            alt.Tooltip("date:T", title="Day", format="%a %-d %b %Y"),
            alt.Tooltip("series:N", title="What"),
            alt.Tooltip("value:Q", title="Count", format=","),
        ],
    )
    return alt.layer(base.mark_line(strokeWidth=2.2), base.mark_point(filled=True, size=36))


def bars_by_name(rows: Rows, name: str, value: str, title: str) -> alt.LayerChart:
    """One horizontal bar for each of `rows`, in their order, with the value written beside it."""
    base = alt.Chart(alt.Data(values=list(rows)), height=HEIGHT).encode(
        y=alt.Y(f"{name}:N", title=None, sort=None, axis=alt.Axis(labelLimit=170, ticks=False, domain=False)),
        x=alt.X(f"{value}:Q", title=None, axis=None, scale=alt.Scale(padding=60, domainMin=0, nice=False)),
        tooltip=[alt.Tooltip(f"{name}:N", title="Name"), alt.Tooltip(f"{value}:Q", title=title, format=",.2~f")],
    )
    labels = base.mark_text(align="left", dx=5, color="#7A8797").encode(text=alt.Text(f"{value}:Q", format=",.0f"))
    return alt.layer(base.mark_bar(color=BLUE, cornerRadiusEnd=2), labels)


def _days(rows: Rows, *, banded: bool = False) -> alt.X:
    axis = alt.Axis(format="%-d %b", grid=False, labelOverlap=True, tickCount=min(len(rows), 8))
    return alt.X("yearmonthdate(date):T" if banded else "date:T", title=None, axis=axis)


def _amounts() -> alt.Axis:
    return alt.Axis(format="~s", tickCount=5, domain=False, ticks=False)

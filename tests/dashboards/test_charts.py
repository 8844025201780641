"""What the chart shapes draw."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.charts import bars_and_line_per_day, bars_by_name, curves, heat_map, lines_per_day
from dashboards.plot import DOTTED, MANY, NARROW, WIDE
from dashboards.scale import Scale
from tests.dashboards.pages import bars, told

MARKUP = "<img src=x onerror=\"alert(1)\"> & 'quoted'"
values = st.lists(
    st.one_of(st.none(), st.integers(-(10**9), 10**12), st.floats(-1e9, 1e12, allow_subnormal=False)), max_size=20
)


def days(count: int, **columns: object) -> list[dict[str, object]]:
    return [{"date": (datetime(2025, 11, 1) + timedelta(day)).isoformat(), **columns} for day in range(count)]


def picture(chart: str) -> str:
    """The SVG behind a plot."""
    (svg,) = re.findall(r'src="data:image/svg\+xml,([^"]*)"', chart)
    return unquote(svg)


@given(values, values)
def test_all_values_lie_in_the_picture_and_both_zeros_at_one_height(drawn: list[float | None], beside) -> None:
    """Regression: on a day of refunds no order stood higher than no revenue."""
    left = Scale.of(drawn)
    right = Scale.of([value for value in beside if value is None or value >= 0], left)
    assert left.height(0) == pytest.approx(right.height(0), abs=1e-6)
    for scale, those in ((left, drawn), (right, [value for value in beside if value and value > 0])):
        assert all(-1e-6 <= scale.height(value) <= 100 for value in those if value is not None)


@given(values)
def test_ticks_are_a_few_round_numbers_as_far_apart_as_each_other_and_one_of_them_is_zero(drawn) -> None:
    scale = Scale.of(drawn)
    ticks = scale.ticks()
    assert 0 in ticks
    assert 2 <= len(ticks) <= 9
    steps = {f"{after - before:.3g}" for before, after in pairwise(ticks)}
    assert len(steps) == 1
    assert float(steps.pop().replace(".", "").partition("e")[0].strip("0")) in (1, 2, 5)
    assert scale.low - 1e-6 <= ticks[0] <= ticks[-1] <= scale.high + 1e-6


def test_counts_have_no_ticks_between_them() -> None:
    assert Scale.of([0, 2, 1]).ticks() == [0, 1, 2]
    assert Scale.of([0.0, 1.5]).ticks() == [
        0.0,
        0.2,
        0.4,
        0.6000000000000001,
        0.8,
        1.0,
        1.2000000000000002,
        1.4000000000000001,
    ]


@pytest.mark.parametrize("nets", [[80.0, -20.0, 3.0], [5.0], [0.0, 0.0], [-9.0], [-0.01, -9000.0], []])
def test_bars_and_a_line_are_drawn_and_told_whatever_they_are(nets: list[float]) -> None:
    rows = [row | {"net": net, "orders": number} for number, (row, net) in enumerate(zip(days(3), nets, strict=False))]
    chart = bars_and_line_per_day(rows, ("net", "Net"), ("orders", "Orders"), alt="Net and orders.")
    assert [numbers["Net"] for numbers in told(chart).values()] == nets
    assert [numbers["Orders"] for numbers in told(chart).values()] == list(range(len(nets)))
    assert picture(chart).count("V") == 2 * len(nets)
    assert 'aria-label="Net and orders."' in chart


def test_what_is_drawn_stands_where_its_values_are() -> None:
    """By hand: of -52.5 to 105, zero is a third from the bottom; so it is of the orders, from -1.05 to 2.1."""
    rows = [
        day | told for day, told in zip(days(2), ({"net": 100, "orders": 2}, {"net": -50, "orders": 1}), strict=True)
    ]
    chart = bars_and_line_per_day(rows, ("net", "Net"), ("orders", "Orders"), alt="")
    drawn = picture(chart)
    assert "M0.36 66.67V3.175h0.28V66.67z" in drawn
    assert "M1.36 66.67V98.41h0.28V66.67z" in drawn
    assert "<polyline points='0.5,3.175 1.5,34.92' fill='none' stroke='#E69F00'" in drawn
    assert "<path d='M0.5 3.175h0M1.5 34.92h0' stroke='#E69F00'" in drawn
    assert "fill='#1B7FC2'" in drawn
    ticks = re.findall('"tick (.*?)" style="bottom: (.*?)%".*?<span>(.*?)<', chart)
    assert [tick for tick in ticks if tick[0] == "left"] == [
        ("left", f"{100 * (value + 52.5) / 157.5:.4g}", str(value)) for value in range(-40, 101, 20)
    ]
    assert [tick for tick in ticks if tick[0] == "right"] == [
        ("right", "33.33", "0"),
        ("right", "65.08", "1"),
        ("right", "96.83", "2"),
    ]
    labels = re.findall('class="label.*?left: (.*?)%">(.*?)<', chart)
    assert labels == [("25", "1 Nov"), ("75", "2 Nov")]
    assert re.findall("<li( class=.end.)?>", chart) == ["", ' class="end"']


def test_days_of_refunds_alone_leave_room_for_their_orders() -> None:
    """Regression: the scale reached up to one, and the orders stood on its upper end."""
    left = Scale.of([-9000.0, -20.0])
    assert left.height(0) == pytest.approx(80)
    right = Scale.of([3, 4], left)
    assert right.height(4) > right.height(3) > right.height(0) == pytest.approx(80)


def test_a_year_is_a_line_without_dots_and_a_day_alone_is_one() -> None:
    for count, dots in ((DOTTED, DOTTED), (DOTTED + 1, 0), (1, 1)):
        assert picture(lines_per_day(days(count, n=1), {"n": "N"}, alt="")).count("h0") == dots
    assert len(lines_per_day(days(365, a=1, b=2, c=3), {"a": "A", "b": "B", "c": "C"}, alt="")) < 150_000


def test_a_number_that_is_none_is_not_drawn() -> None:
    rows = [row | {"n": n} for row, n in zip(days(4), [1.0, float("nan"), Decimal("2.5"), 5e-324], strict=True)]
    drawn = picture(lines_per_day(rows, {"n": "N"}, alt=""))
    assert "nan" not in drawn
    assert drawn.count("h0") == 3


def test_a_line_has_a_gap_where_there_is_no_value() -> None:
    rows = [row | {"rate": rate} for row, rate in zip(days(5), [1.0, 2.0, None, 3.0, 4.0], strict=True)]
    chart = lines_per_day(rows, {"rate": "Rate"}, alt="")
    assert len([line for line in re.findall("points='([^']*)'", picture(chart)) if len(set(line.split())) > 1]) == 2
    assert [day["Rate"] for day in told(chart).values()] == [1.0, 2.0, None, 3.0, 4.0]
    assert next(iter(told(chart))) == "Sat 1 Nov 2025"
    assert "<data>–</data>" in chart


@pytest.mark.parametrize("count", [1, 7, 28, 90, 366])
def test_no_more_days_are_named_than_there_is_room_for(count: int) -> None:
    labels = re.findall('<span class="label( wide)?"', lines_per_day(days(count, n=1), {"n": "N"}, alt=""))
    assert 1 <= labels.count("") <= NARROW
    assert labels.count("") <= len(labels) <= WIDE


def test_a_bar_below_zero_ends_where_the_others_begin() -> None:
    chart = bars_by_name([("up", 30.0), ("down", -10.0)], "Net", alt="")
    assert bars(chart) == {"up": 30.0, "down": -10.0}
    assert re.findall('<u style="left: (.*?)%; width: (.*?)%"', chart) == [("25", "75"), ("0", "25")]


def test_the_highest_cell_is_the_strongest() -> None:
    rows = [
        {"day": day, "hour": hour, "n": n} for day, hour, n in (("Mon", "00", 0), ("Mon", "01", 4), ("Tue", "00", 2))
    ]
    chart = heat_map(rows, ("hour", "Hour"), "day", "n", {"n": "Sessions"}, alt="")
    assert re.findall("--shade: (.*?)%", chart) == ["4", "100", "52"]
    assert told(chart)["Mon, hour 01"] == {"Sessions": 4}


def test_curves_of_many_cohorts_tell_those_that_are_as_old() -> None:
    rows = [{"series": f"c{cohort}", "age": age, "value": 1.0} for cohort in range(6) for age in range(6 - cohort)]
    rows += [{"series": "All", "age": age, "value": 2.0} for age in range(6)]
    chart = curves(rows, ("age", "Weeks"), mean="All", alt="")
    assert '<div class="below">Weeks</div>' in chart
    assert told(chart)["Weeks: 5"] == {"c0": 1.0, "All": 2.0}
    assert len(told(chart)["Weeks: 0"]) == 7
    assert 'class="many"' not in chart
    crowd = [{"series": f"c{cohort}", "age": 0, "value": 1.0} for cohort in range(MANY + 1)]
    assert 'class="many"' in curves(crowd, ("age", "Weeks"), mean="All", alt="")


@pytest.mark.parametrize(
    "chart",
    [
        bars_by_name([(MARKUP, 1)], MARKUP, alt=MARKUP),
        lines_per_day(days(2, n=1), {"n": MARKUP}, alt=MARKUP),
        heat_map([{"d": MARKUP, "h": MARKUP, "n": 1}], ("h", MARKUP), "d", "n", {"n": MARKUP}, alt=MARKUP),
        curves([{"series": MARKUP, "age": 0, "value": 1}], ("age", MARKUP), mean="All", alt=MARKUP),
    ],
)
def test_names_are_text(chart: str) -> None:
    assert "<img src=x" not in chart
    assert 'onerror="' not in chart

"""The rule of what is usual for a day: it sleeps where nothing is odd, and no single odd day of the past blinds it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.alerts.usual import LEAST_ORDERS, LEAST_WEEKS, WEEKS, is_unusual, noise_of, usual_range

weeks = st.integers(LEAST_WEEKS, WEEKS)
orders = st.floats(LEAST_ORDERS, 1e6)


def is_alarm(value: float, history: list[float], *, is_money: bool = False, sold: list[float] | None = None) -> bool:
    noise = noise_of(sold or history, is_money=is_money)
    return noise is not None and is_unusual(value, history, usual_range(history, noise))


@given(value=orders, weeks=weeks)
def test_the_same_every_week_is_usual(value: float, weeks: int) -> None:
    assert not is_alarm(value, [value] * weeks)


@given(first=orders, step=st.floats(0, 1e6), weeks=weeks)
def test_a_straight_trend_is_usual_however_steep(first: float, step: float, weeks: int) -> None:
    series = [first + step * week for week in range(weeks + 1)]
    assert not is_alarm(series[-1], series[:-1])
    fall = series[::-1]
    assert not is_alarm(fall[-1], fall[:-1])


@given(first=orders, growth=st.floats(0.85, 1.2), weeks=weeks)
def test_growing_or_shrinking_by_a_share_every_week_is_usual(first: float, growth: float, weeks: int) -> None:
    series = [1000 * first * growth**week for week in range(weeks + 1)]
    assert not is_alarm(series[-1], series[:-1])


@given(history=st.lists(orders, min_size=LEAST_WEEKS, max_size=WEEKS))
def test_a_day_without_an_order_is_found_whatever_the_weeks_before_were(history: list[float]) -> None:
    assert is_alarm(0, history)
    assert is_alarm(-12.5, history), "more was paid back than sold"


@given(usually=st.floats(100, 1e6), odd=st.floats(0, 1e9), at=st.integers(0, LEAST_WEEKS - 1), weeks=weeks)
def test_one_odd_day_in_the_history_does_not_blind_it(usually: float, odd: float, at: int, weeks: int) -> None:
    history = [usually] * weeks
    history[at] = odd
    assert is_alarm(0, history)
    assert is_alarm(usually * 0.5, history)
    assert is_alarm(usually * 2, history)
    assert not is_alarm(usually, history), "nor does it raise an alarm about every other day"


@given(scale=st.floats(1, 1000), history=st.lists(orders, min_size=LEAST_WEEKS, max_size=WEEKS), value=orders)
def test_the_currency_in_which_money_is_counted_makes_no_difference(
    scale: float, history: list[float], value: float
) -> None:
    usual, scaled = usual_range(history, 0.1), usual_range([past * scale for past in history], 0.1)
    assert scaled.lowest == pytest.approx(usual.lowest * scale, abs=1e-6 * usual.typical * scale)
    assert scaled.highest == pytest.approx(usual.highest * scale)


@pytest.mark.parametrize("mean", [12, 40, 400, 10_000])
def test_chance_alone_raises_hardly_an_alarm(mean: int) -> None:
    """Buyers who come by chance and spend by chance: of 2,000 days of a shop that never changes, 3 in 1,000 at most."""
    chance = np.random.default_rng(7)
    sold = chance.poisson(mean, (2_000, WEEKS + 1)).astype(float)
    taken = chance.gamma(np.maximum(sold, 1e-9), 50)  # what that many buyers spend who each spend 50 on average
    counts = sum(is_alarm(day[-1], list(day[:-1])) for day in sold)
    money = sum(
        is_alarm(day[-1], list(day[:-1]), is_money=True, sold=list(orders[:-1]))
        for day, orders in zip(taken, sold, strict=True)
    )
    assert counts <= 2
    assert money <= 6


def test_a_shop_that_hardly_sells_is_not_judged() -> None:
    assert noise_of([9, 9, 9, 9]) is None
    assert noise_of([10, 10, 10, 10]) is not None


def test_of_weeks_that_happen_to_be_alike_a_tenth_counts_as_their_spread() -> None:
    """Else a shop of 10,000 orders every Tuesday would be unusual with 10,401, which chance alone allows for."""
    assert not is_alarm(13_900, [10_000] * WEEKS)
    assert is_alarm(14_100, [10_000] * WEEKS)

"""Numbers as they are shown: decimals stay decimals, and what cannot be said is not said."""

from decimal import Decimal

from dashboards import numbers


def test_money_is_rounded_from_its_decimals_and_not_from_a_float() -> None:
    assert numbers.amount(Decimal("99999999999999.9999")) == "100,000,000,000,000.00"
    assert numbers.amount(Decimal("1.0050")) == "1.00"
    assert numbers.amount(Decimal("1.0150")) == "1.02"
    assert numbers.amount(Decimal("-1234.5")) == "-1,234.50"
    assert numbers.amount(None) == "–"


def test_a_share_of_nothing_is_not_a_number() -> None:
    assert numbers.percent(numbers.share(62, 4518)) == "1.37 %"
    assert numbers.percent(numbers.share(0, 0)) == "–"


def test_a_change_is_only_said_against_something_that_was_above_zero() -> None:
    assert numbers.change(110, 100) == "+10.0 %"
    assert numbers.change(Decimal("84.75"), Decimal("100.00")) == "-15.2 %"
    assert numbers.change(Decimal("89.995"), 90) == "0.0 %"
    assert numbers.change(5, 0) is None
    assert numbers.change(Decimal(5), Decimal(-1)) is None
    assert numbers.change(None, Decimal(1)) is None
    assert numbers.points(Decimal("2.5"), Decimal(2)) == "+0.50 pp"
    assert numbers.points(Decimal("2.5"), None) is None


def test_a_source_that_does_not_say_its_currency_has_none() -> None:
    assert (numbers.currency("EUR"), numbers.currency(None)) == ("EUR", "no currency")

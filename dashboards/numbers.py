"""Numbers as their reader writes them. Money comes in as a decimal and is never turned into a float."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from dashboards.reader import written


def count(number: int | None) -> str:
    """A dash where there is no number.

    >>> count(12345)
    '12,345'
    """
    return "–" if number is None else written(f"{number:,}")


def amount(value: Decimal | None) -> str:
    """Two decimals, rounded half to even; a dash where there is no amount.

    >>> amount(Decimal("59442.6300"))
    '59,442.63'
    """
    return "–" if value is None else written(f"{value.quantize(Decimal('0.01'), ROUND_HALF_EVEN):,}")


def average(value: Decimal | None) -> str:
    """A count on the average, with one decimal; a dash where there is none.

    >>> average(Decimal("1234.56"))
    '1,234.6'
    """
    return "–" if value is None else written(f"{value:,.1f}")


def share(part: int, whole: int) -> Decimal | None:
    """`part` of `whole` in percent; None where there is no whole."""
    return Decimal(100 * part) / Decimal(whole) if whole else None


def for_file(value: Decimal | None) -> Decimal | None:
    """A share or an average with as many places as a file needs.

    >>> for_file(Decimal("33.333333333"))
    Decimal('33.3333')
    """
    return None if value is None else round(value, 4)


def percent(value: Decimal | None) -> str:
    """
    >>> percent(Decimal("1.3671"))
    '1.37 %'
    """
    return "–" if value is None else written(f"{value:.2f} %")


def duration(seconds: Decimal | int | None) -> str:
    """In its two largest units, whole seconds at the finest; a dash where there is none.

    >>> duration(3 * 86_400), duration(187)
    ('3 days', '3 min 7 s')
    """
    if seconds is None:
        return "–"
    left, parts = int(seconds), []
    for name, size in (("day", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        number, left = divmod(left, size)
        parts.append((number, f"{name}s" if name == "day" and number != 1 else name))
    first = next((place for place, (number, _) in enumerate(parts) if number), len(parts) - 1)
    shown = [part for place, part in enumerate(parts[first : first + 2]) if part[0] or not place]
    return " ".join(f"{count(number)} {name}" for number, name in shown)


def span(first: int, below: int | None) -> str:
    """A range of seconds.

    >>> span(60, 180), span(0, 1), span(3600, None)
    ('1 min – 3 min', 'under 1 s', '1 h or more')
    """
    if below is None:
        return f"{duration(first)} or more"
    return f"{duration(first)} – {duration(below)}" if first else f"under {duration(below)}"


def change(now: Decimal | int | None, before: Decimal | int | None) -> str | None:
    """The change in percent of what was before, with its sign; None where that cannot be said.

    >>> change(110, 100)
    '+10.0 %'
    """
    if now is None or not before or before < 0:
        return None
    return f"{_signed(100 * (Decimal(now) - Decimal(before)) / Decimal(before), 1)} %"


def points(now: Decimal | None, before: Decimal | None) -> str | None:
    """The change of a percentage, in percentage points.

    >>> points(Decimal("2.5"), Decimal("2.0"))
    '+0.50 pp'
    """
    return None if now is None or before is None else f"{_signed(now - before, 2)} pp"


def _signed(number: Decimal, places: int) -> str:
    """With its sign, and without one where nothing is left of it at this many places."""
    rounded = round(number, places)
    return written(f"{rounded:+,f}" if rounded else f"{abs(rounded):f}")


def currency(code: str | None) -> str:
    """The currency's code, or that there is none."""
    return code or "no currency"


def labelled(label: str, code: str | None) -> str:
    """What an amount is called: with its currency, where the source tells one.

    >>> labelled("Net revenue", "EUR")
    'Net revenue, EUR'
    """
    return f"{label}, {code}" if code else label

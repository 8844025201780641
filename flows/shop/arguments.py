"""What a shop can be asked for."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from datetime import date, timedelta

from flows.errors import ShopflowError
from flows.shop.defects import DEFECTS
from flows.shop.writer import FORMATS

ALL = "all"


def check(events: int, days: int, seed: int, start: date, form: str, *, compress: bool) -> None:
    """Raises ShopflowError, with a sentence, for the first argument that cannot be followed."""
    for name, value, least in (("events", events, 1), ("days", days, 1), ("seed", seed, 0)):
        if value < least:
            raise ShopflowError(f"{name} is {value}, it must be {least} or more")
    latest = date(2098, 12, 31) - timedelta(days=min(days, 40_000))
    if not date(2000, 1, 1) <= start <= latest:
        raise ShopflowError(f"{days} days from {start} do not lie within the years 2000 to 2098")
    if form not in FORMATS:
        raise ShopflowError(f"{form!r} is not a format to generate{_near(form, FORMATS)} (known: {', '.join(FORMATS)})")
    if compress and form == "parquet":
        raise ShopflowError("Parquet files are compressed already; compress works for jsonl and csv")


def named_defects(names: Sequence[str]) -> list[str]:
    """The names of DEFECTS that are meant, `all` being every one. Raises ShopflowError for a name that none has."""
    for name in names:
        if name != ALL and name not in DEFECTS:
            raise ShopflowError(f"{name!r} is not a defect{_near(name, DEFECTS)} (known: all, {', '.join(DEFECTS)})")
    return [name for name in DEFECTS if name in names or ALL in names]


def _near(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f", did you mean {near[0]}?" if near else ""

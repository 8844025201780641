"""A range of dates as a user writes it."""

from __future__ import annotations

from datetime import date, datetime

from flows.errors import BackfillRefused
from flows.settings import Settings


def dates_of(first: str | None, last: str | None, settings: Settings) -> tuple[date | None, date | None]:
    """The two dates; None for one that was not given. Raises BackfillRefused for what is no range of past dates.

    >>> dates_of("2025-11-01", None, Settings())
    (datetime.date(2025, 11, 1), None)
    """
    begins, ends = _date(first), _date(last)
    if begins and ends and begins > ends:
        raise BackfillRefused(f"the dates end before they begin: from {begins} to {ends}")
    today = datetime.now(settings.zone).date()
    for day in (begins, ends):
        if day and day > today:
            raise BackfillRefused(f"{day} has not come yet: today is {today} in {settings.zone}")
    return begins, ends


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BackfillRefused(f"no date: {text!r}; write it as 2025-11-01") from None

"""The shop's day of an instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
STEP = timedelta(days=7)  # shorter than any summer time


def day_of(instant: str, zone: ZoneInfo) -> str:
    """SQL for the date in `zone` of a TIMESTAMP in UTC, NULL where it is not between 2000 and 2099.

    The zone's offsets are written out as a tree of comparisons: a fourteenth of the time of DuckDB's own conversion.
    """
    offsets = _offsets(zone)
    day = f"cast({instant} as date)"
    if offsets != ((FIRST, 0),):
        day = f"cast(make_timestamp(epoch_us({instant}) + {_tree(instant, offsets)}) as date)"
    return f"case when {instant} >= timestamp '{FIRST:%F}' and {instant} < timestamp '{LAST:%F}' then {day} end"


def _tree(instant: str, offsets: tuple[tuple[datetime, int], ...]) -> str:
    if len(offsets) == 1:
        return str(offsets[0][1] * 1_000_000)
    half = len(offsets) // 2
    since = f"{offsets[half][0]:%Y-%m-%d %H:%M:%S}"
    earlier, later = _tree(instant, offsets[:half]), _tree(instant, offsets[half:])
    return f"case when {instant} < timestamp '{since}' then {earlier} else {later} end"


@cache
def _offsets(zone: ZoneInfo) -> tuple[tuple[datetime, int], ...]:
    """Each offset in seconds with the instant from which it holds."""
    offsets = [(FIRST, _offset(FIRST, zone))]
    start = FIRST
    while start < LAST:
        end = min(start + STEP, LAST)
        if _offset(end, zone) != offsets[-1][1]:
            offsets.append((_change(start, end, zone), _offset(end, zone)))
        start = end
    return tuple(offsets)


def _change(start: datetime, end: datetime, zone: ZoneInfo) -> datetime:
    before = _offset(start, zone)
    while end - start > timedelta(seconds=1):
        middle = start + timedelta(seconds=int((end - start).total_seconds()) // 2)
        start, end = (middle, end) if _offset(middle, zone) == before else (start, middle)
    return end


def _offset(moment: datetime, zone: ZoneInfo) -> int:
    offset = moment.astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0

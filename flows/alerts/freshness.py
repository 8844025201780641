"""Has new data come for as long as it should? Read off what was published, so that it is in nobody's way."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from flows.alerts.problem import Problem, Seen
from flows.kpis import marts_of
from flows.settings import Settings

BATCHES = """
select loaded_at, rows_by_table
from ops.batches
where replay_of is null and accepted > 0
order by loaded_at desc
limit 50
"""
LAST_DATE = "select max(event_date) as last_date from marts.fct_daily_engagement where dau > 0"
AGAIN = timedelta(minutes=10)  # between two looks while something is wrong


@dataclass(frozen=True)
class Newest:
    """When events came last, and the last day that has any; None where there are none."""

    loaded_at: datetime | None
    last_date: date | None

    def as_of(self, settings: Settings) -> datetime | None:
        """What is known is known up to here: the earlier one of the last load and the end of the last day.

        Both, for old files that come every day bring nothing new, and events dated tomorrow make nothing current.
        """
        if self.loaded_at is None or self.last_date is None:
            return None
        end = datetime.combine(self.last_date + timedelta(days=1), time(), settings.zone)
        return min(self.loaded_at, end.astimezone(UTC))


def newest(settings: Settings) -> Newest | None:
    """What the published marts are up to; None where nothing was published. Takes no lock and waits for nobody.

    Raises WarehouseError or StorageError where they cannot be read.
    """
    with marts_of(settings, spill="freshness") as ask:
        if ask is None:
            return None
        batches = ask(BATCHES)
        (last,) = ask(LAST_DATE)
    loaded = [row["loaded_at"] for row in batches if json.loads(row["rows_by_table"]).get("events")]
    return Newest(loaded[0].replace(tzinfo=UTC) if loaded else None, last["last_date"])


def stale(found: Newest, settings: Settings, now: datetime) -> Iterator[Problem]:
    """The problem that no new data came for longer than SHOPFLOW_EXPECT_DATA_HOURS, if it is one."""
    as_of = found.as_of(settings)
    if as_of is None or now <= as_of + timedelta(hours=settings.expect_data_hours):
        return
    assert found.loaded_at is not None
    yield Problem(
        "no_new_data",
        "warn",
        f"No new data for {(now - as_of) / timedelta(hours=1):,.0f} hours, where it should come every "
        f"{settings.expect_data_hours:g}. Events came last on {found.loaded_at:%Y-%m-%d %H:%M} UTC; "
        f"the last day that has any is {found.last_date}",
    )


class Watch:
    """Looks at the age of the data from outside of runs, for a process that lives long: `look` as often as you like.

    While the data is fresh it is not asked for again before it could be too old, and then every ten minutes at most: on
    BigQuery each look is billed 20 MB.

    >>> watch = Watch(settings)  # doctest: +SKIP
    >>> if seen := watch.look(datetime.now(UTC)):
    ...     tell(seen, settings)
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._next = datetime.min.replace(tzinfo=UTC)
        self._was_stale: bool | None = None

    def look(self, now: datetime) -> Seen | None:
        """What to tell; None where there is nothing to tell, or nobody to tell it to. Never raises."""
        settings = self._settings
        if not (settings.alert_blocks and settings.expect_data_hours) or now < self._next:
            return None
        self._next = now + AGAIN
        try:
            found = newest(settings)
        except Exception as error:
            logging.getLogger(__name__).warning("the age of the data is not known: %s", error)
            return None
        if found is None or (as_of := found.as_of(settings)) is None:
            return None
        problems = tuple(stale(found, settings, now))
        if not problems:
            self._next = max(as_of + timedelta(hours=settings.expect_data_hours), now + timedelta(seconds=1))
        was_stale, self._was_stale = self._was_stale, bool(problems)
        if not problems and was_stale is False:
            return None
        return Seen(problems, frozenset({"no_new_data"}))

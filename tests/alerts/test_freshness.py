"""No new data for too long: by the last load of events and by the last day that has any, seen from outside of runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from flows.alerts import Watch
from flows.alerts.freshness import Newest, newest, stale
from flows.settings import Settings, load_settings

DAY = date(2026, 11, 24)
LOADED = datetime(2026, 11, 25, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
Publish = Callable[..., None]


@pytest.fixture
def shop(settings: Settings) -> Settings:
    return settings.model_copy(update={"expect_data_hours": 30.0, "alert_blocks": "custom-webhook/ops"})


def test_only_what_brought_events_is_new_data(publish: Publish, settings: Settings) -> None:
    assert newest(settings) is None
    publish({}, [])
    assert newest(settings) == Newest(None, None)
    publish(
        {DAY: (1, 1.0)},
        [
            ("a", LOADED, '{"events": 5}'),
            ("b", LOADED + HOUR, '{"users": 9}'),
            ("c", LOADED + 2 * HOUR, '{"events": 0}'),
        ],
    )
    assert newest(settings) == Newest(LOADED, DAY)


@pytest.mark.parametrize(
    ("zone", "loaded_at", "last_date", "as_of"),
    [
        ("UTC", LOADED, DAY, datetime(2026, 11, 25, tzinfo=UTC)),
        ("America/New_York", LOADED, DAY, LOADED),  # whose 24th ends at five in the morning
        ("UTC", LOADED, DAY - timedelta(days=9), datetime(2026, 11, 16, tzinfo=UTC)),  # old files that came today
        ("UTC", LOADED, DAY + timedelta(days=9), LOADED),  # a clock of somebody's that goes wrong
    ],
)
def test_the_data_is_as_old_as_its_last_load_or_its_last_day(
    zone: str, loaded_at: datetime, last_date: date, as_of: datetime
) -> None:
    settings = load_settings(reporting_timezone=zone, expect_data_hours=30)
    found = Newest(loaded_at, last_date)
    assert found.as_of(settings) == as_of
    assert not list(stale(found, settings, as_of + 30 * HOUR))
    (problem,) = stale(found, settings, as_of + 31 * HOUR)
    assert problem.sentence.startswith("No new data for 31 hours, where it should come every 30.")


def test_the_watch_asks_only_when_the_data_could_be_too_old_and_tells_its_end(
    publish: Publish, shop: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr("flows.alerts.freshness.newest", lambda settings: asked.append(1) or newest(settings))
    publish({DAY: (1, 1.0)}, [("a", LOADED, '{"events": 5}')])
    watch, start = Watch(shop), datetime(2026, 11, 25, 4, tzinfo=UTC)

    def minutes(first: int, last: int) -> list[tuple[int, int]]:
        """At which minutes of a look every minute there was something to tell, and how many problems."""
        looks = [(minute, watch.look(start + timedelta(minutes=minute))) for minute in range(first, last)]
        return [(minute, len(seen.problems)) for minute, seen in looks if seen is not None]

    end = 26 * 60  # thirty hours after the day's end
    assert minutes(0, end + 1) == [(0, 0)], "the first look says that all is well: it may end what another process told"
    assert len(asked) <= 2
    told = minutes(end + 1, end + 31)
    assert [problems for _, problems in told] == [1, 1, 1], (
        "every ten minutes; what was told is not told again by `tell`"
    )
    publish({DAY + timedelta(days=1): (1, 1.0)}, [("b", start + (end + 30) * HOUR / 60, '{"events": 5}')])
    assert [problems for _, problems in minutes(end + 31, end + 60)] == [0]


def test_the_watch_is_silent_where_nothing_is_expected_or_nobody_is_told(publish: Publish, shop: Settings) -> None:
    publish({DAY: (1, 1.0)}, [("a", LOADED, '{"events": 5}')])
    late = LOADED + 1000 * HOUR
    assert Watch(shop).look(late) is not None
    assert Watch(shop.model_copy(update={"expect_data_hours": 0.0})).look(late) is None
    assert Watch(shop.model_copy(update={"alert_blocks": ""})).look(late) is None


def test_a_copy_that_cannot_be_read_is_nobodys_end(publish: Publish, shop: Settings) -> None:
    publish({DAY: (1, 1.0)}, [("a", LOADED, '{"events": 5}')])
    watch = Watch(shop)
    (shop.serving / "current.duckdb").resolve().write_bytes(b"no database")
    assert watch.look(LOADED) is None

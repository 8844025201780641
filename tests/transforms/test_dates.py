"""The calendar is Python's own, and has no gap."""

from datetime import date, timedelta

EVENTS = [{"event_timestamp": "2024-12-31 10:00:00"}, {"event_timestamp": "2027-01-02 10:00:00"}]


def test_the_calendar_covers_the_whole_years_of_the_data(warehouse):
    days = [row[0] for row in warehouse(events=EVENTS).rows("dim_date", "calendar_date")]
    assert (days[0], days[-1]) == (date(2024, 1, 1), date(2027, 12, 31))
    assert len(days) == len(set(days)) == (days[-1] - days[0]).days + 1


def test_every_part_of_a_day_is_what_python_says(warehouse):
    world = warehouse(events=EVENTS)
    for row in world.dicts("dim_date"):
        day = row["calendar_date"]
        iso = day.isocalendar()
        assert row == {
            "calendar_date": day,
            "calendar_year": day.year,
            "quarter_of_year": (day.month + 2) // 3,
            "month_of_year": day.month,
            "month_name": day.strftime("%B"),
            "day_of_month": day.day,
            "day_of_week": day.isoweekday(),
            "weekday_name": day.strftime("%A"),
            "is_weekend": day.isoweekday() > 5,
            "iso_year": iso.year,
            "iso_week": iso.week,
            "week_start_date": day - timedelta(days=day.weekday()),
            "month_start_date": day.replace(day=1),
            "quarter_start_date": date(day.year, 3 * ((day.month - 1) // 3) + 1, 1),
            "week_index": (day - date(1970, 1, 5)).days // 7,
            "month_index": 12 * day.year + day.month,
        }


def test_a_world_without_events_has_an_empty_calendar(warehouse):
    assert warehouse().rows("dim_date") == []


def test_the_check_finds_a_day_that_is_missing(warehouse):
    world = warehouse(events=EVENTS)
    assert world.failures("the_calendar_has_no_gap") == []
    world.sql("delete from marts.dim_date where calendar_date = '2025-06-01'")
    assert world.failures("the_calendar_has_no_gap") == [(date(2024, 1, 1), date(2027, 12, 31), 1460)]

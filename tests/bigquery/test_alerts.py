"""What alerts ask is the same on BigQuery: the last full day, and how old the data is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from flows.alerts.freshness import Newest, newest
from flows.alerts.numbers import read_day
from flows.bills import counted
from flows.kpis import Kpis, Revenue
from flows.settings import Settings
from flows.warehouse.bigquery_jobs import Jobs
from flows.warehouse.bigquery_tables import prepare
from tests.alerts.small_marts import marts

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bigquery")]

TUESDAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
BATCH = (
    "insert into ops.batches (batch_id, landed_at, loaded_at, source_files, rows_read, accepted, quarantined, "
    "duplicates, derived, event_dates, rows_by_table, refused_by_reason) values "
    "('{id}', timestamp '{at}', timestamp '{at}', ['f'], 1, 1, 0, 0, 0, [date '2026-11-24'], '{rows}', '{{}}')"
)


def test_a_day_and_the_age_of_the_data_are_read_as_from_a_serving_copy(cloud: Settings) -> None:
    jobs = Jobs.begin(cloud)
    prepare(jobs)
    sold = {TUESDAY - timedelta(weeks=week): (week, week * 50.5) for week in range(6)}
    for statement in marts(sold):
        jobs.run(statement)
    jobs.run(BATCH.format(id="a", at="2026-11-25 03:00:00", rows='{"events": 5}'))
    jobs.run(BATCH.format(id="b", at="2026-11-25 04:00:00", rows='{"users": 5}'))

    nothing = Decimal(0)
    eur = Revenue("EUR", nothing, nothing, nothing, nothing)
    kpis = Kpis(TUESDAY - timedelta(days=90), TUESDAY, 1, 1, 1, 1, (eur,), (), {})
    with counted() as bill:
        day = read_day(kpis, cloud, NOON)
        assert newest(cloud) == Newest(datetime(2026, 11, 25, 3, tzinfo=UTC), TUESDAY)
    assert day is not None
    orders, revenue = day.numbers
    assert (orders.value, orders.history) == (0, (1, 2, 3, 4, 5, 0, 0, 0))
    assert (revenue.value, revenue.history, revenue.unit) == (0, (50.5, 101, 151.5, 202, 252.5, 0, 0, 0), "EUR")
    assert bill.billed.jobs == 4

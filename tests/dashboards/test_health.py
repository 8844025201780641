"""The Data health page: its numbers are the ledger's own."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from dashboards.periods import Period
from dashboards.queries import batches as queries
from dashboards.queries.batches import Fates
from dashboards.queries.runs import runs
from flows.settings import load_settings
from tests.books import Books
from tests.dashboards.conftest import publish_to
from tests.dashboards.pages import bars, captions, charts, linked, tables, tiles
from tests.dashboards.small_ledger import BATCHES, receipt
from tests.dashboards.small_shop import TWO_WEEKS, day

ALL, SECOND_WEEK = Period(day(1), day(14)), Period(day(8), day(14))
HEADER = "event_id,event_type,event_timestamp,anonymous_id,unit_price\n"


def test_the_tiles_tell_of_the_batches_that_have_events_of_the_period_each_whole(publish) -> None:
    publish()
    assert tiles(linked("health")) == {
        "Newest day": ("14 Nov 2025", ""),
        "Last load": ("1 Dec 2025", ""),
        "Lateness of events": ("1 day", ""),
        "Checks not passed": ("1", ""),
        "Rows read": ("40", "+233.3 %"),
        "Rows accepted": ("34", "+240.0 %"),
        "Rows refused": ("4", "+300.0 %"),
        "Duplicates": ("1", "0.0 %"),
    }


def test_of_all_batches_every_row_read_has_one_fate_and_a_replay_reads_none_anew(publish) -> None:
    found = queries.batches(publish(), ALL)
    assert [batch.batch_id for batch in found] == ["b4", "b3", "b2", "b1"]
    told = queries.fates(found)
    assert told == Fates(read=40, accepted=35, refused=4, duplicates=1, erased=0)
    assert told.read == told.accepted + told.refused + told.duplicates + told.erased
    assert queries.reasons(found) == [("events.quantity: wrong_type", 3), ("events.unit_price: negative", 2)]


def test_all_is_told_of_more_batches_than_are_drawn(publish) -> None:
    copy = publish()
    told = queries.told(copy, ALL, 2)
    assert [batch.batch_id for batch in told.last] == ["b4", "b3"]
    found = queries.batches(copy, ALL)
    assert (told.number, told.fates, told.replayed) == (4, queries.fates(found), 1)
    assert (told.reasons, told.lateness) == (queries.reasons(found), queries.lateness(found))


def test_a_batch_without_events_belongs_to_the_day_of_its_load_or_to_the_last_one(publish) -> None:
    copy = publish()
    by_day = {n: [batch.batch_id for batch in queries.batches(copy, Period(day(n), day(n)))] for n in (1, 2, 9, 14)}
    assert by_day == {1: ["b1"], 2: ["b3", "b1"], 9: [], 14: ["b4", "b2"]}


@pytest.mark.slow
def test_lateness_counts_days_of_the_shop_from_an_event_to_its_load(publish) -> None:
    """The load of b1 at half past eleven in UTC was on the next day in Berlin."""
    ranges, median = queries.lateness(queries.batches(publish(), SECOND_WEEK))
    assert {each.first: each.count for each in ranges if each.count} == {1: 12, 4: 12}
    assert median == 1
    ranges, median = queries.lateness(queries.batches(publish(), ALL))
    assert {each.first: each.count for each in ranges if each.count} == {1: 12, 4: 18, 8: 2}
    assert median == 5
    assert queries.lateness([])[1] is None


def test_runs_are_told_with_how_they_ended_what_they_read_and_their_steps(publish) -> None:
    publish()
    page = linked("health")
    batches, last, steps, contracts = tables(page)
    assert [row[1:6] for row in batches] == [
        ["b4", "2", "3", "3", "0"],
        ["b2", "1", "25", "22", "3"],
        ["b1", "1", "12", "9", "1"],
    ]
    assert last == [
        ["2025-11-15 05:00", "published this", "3.5", "25", "22", "3", "0"],
        ["2025-11-15 04:58", "failed", "61.5", "–", "–", "–", "–"],
        ["2025-11-14 05:00", "cut off", "0.2", "–", "–", "–", "–"],
        ["2025-11-08 23:28", "degraded", "5.2", "12", "9", "2", "1"],
    ]
    assert steps == [
        ["validate", "ok", "1.0", "25", "22", "25 rows read, 22 accepted, 3 refused, 0 duplicates"],
        ["judge", "ok", "0.5", "–", "–", "14 checks, all passed"],
        ["transform", "ok", "2.0", "–", "7", "43 models, 31 tests"],
    ]
    assert [row[1:] for row in contracts] == [
        ["b2", "14", "0", "–"],
        ["b1", "14", "1", "warn: events: few rows were refused (16.67 %)"],
    ]
    page.selectbox(key="run of health").set_value("2025-11-15 04:58:00 UTC · failed").run()
    assert not page.exception
    assert tables(page)[2] == [["load", "failed", "0.2", "–", "–", "&lt;b&gt;no&lt;/b&gt; room left"]]


@pytest.mark.slow
def test_the_charts_show_reasons_and_lateness(publish) -> None:
    publish()
    page = linked("health", period="All", device="mobile")
    reasons, late = map(bars, charts(page))
    assert list(reasons.items()) == [("events.quantity: wrong_type", 3), ("events.unit_price: negative", 2)]
    assert {days: events for days, events in late.items() if events} == {
        "1 day": 12,
        "4 – 7 days": 18,
        "8 – 14 days": 2,
    }
    assert any(caption.startswith("1 of the rows passed a replay since.") for caption in captions(page))
    assert captions(page).count("all devices") == 8 + 2


def test_a_period_without_anything_says_so(publish) -> None:
    publish()
    page = linked("health", period="Custom", days="2025-11-03..2025-11-07")
    assert {"No row was refused.", "No batch has events of this period."} <= set(captions(page))
    assert tiles(page)["Last load"][0] == tiles(page)["Lateness of events"][0] == "–"
    assert tiles(page)["Rows read"][0] == "0"


def test_a_shop_without_receipts_and_batches_of_an_earlier_version_have_a_page(publish) -> None:
    publish({**TWO_WEEKS, "ops.batches": [BATCHES[1] | {"events_by_date": None}], "ops.receipts": []})
    page = linked("health")
    assert {"No run has left a receipt yet.", "None of the last runs judged a batch."} <= set(captions(page))
    assert "No event of this period was counted when it was loaded." in captions(page)
    assert tiles(page)["Checks not passed"][0] == "–"


def test_only_the_last_runs_are_read(publish) -> None:
    many = [receipt(f"r{n}", "run", f"2025-11-{1 + n // 20:02} {n % 20:02}:00:00", 1.0) for n in range(60)]
    found = runs(publish({**TWO_WEEKS, "ops.receipts": many}))
    assert [run.run_id for run in found] == [f"r{n}" for n in range(59, 39, -1)]
    assert found[0].began == datetime(2025, 11, 3, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    "lines", [["e1,page_view,2025-11-01T10:00:00Z,a,\n"] * 2 + ["e2,page_view,2025-11-02T10:00:00Z,a,-1\n"] * 3]
)
def test_what_a_load_writes_into_the_ledger_is_what_the_page_reads(
    lines: list[str], home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SHOPFLOW_MAX_REFUSED_SHARE", "1")
    (tmp_path / "a.csv").write_text(HEADER + "".join(lines))
    (tmp_path / "b.csv").write_text(
        HEADER + "e3,page_view,2025-11-02T10:00:00Z,a,1\ne4,page_view,2025-11-02T11:00:00Z,a,1\n"
    )
    books = Books(load_settings())
    books.take(tmp_path / "a.csv")
    books.take(tmp_path / "b.csv")
    copy = publish_to(books.settings, {"fct_daily_engagement": TWO_WEEKS["fct_daily_engagement"]})
    with duckdb.connect(copy) as connection:
        connection.execute(f"attach '{books.settings.warehouse_path}' as warehouse (read_only)")
        connection.execute("create or replace table ops.batches as from warehouse.ops.batches")
    found = queries.batches(copy, ALL)
    assert queries.fates(found) == Fates(read=7, accepted=3, refused=3, duplicates=1, erased=0)
    (events,) = books.ask("select count(*) as n from raw.events")[0]
    assert sum(each.count for each in queries.lateness(found)[0]) == events == 3
    assert queries.reasons(found) == [("events.unit_price: negative", 3)]

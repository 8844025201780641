"""A batch gets from the lake into BigQuery once and only once, wherever the run that brings it is cut off."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

import pytest
import requests

from emulator.asking import SqlLibrary
from flows.errors import LedgerError, WarehouseError
from flows.lake import Lake
from flows.receipts import FileFate, Loaded, Validated
from flows.records import RECORDS
from flows.settings import Settings
from flows.warehouse import bigquery_files, bigquery_tables, open_warehouse
from flows.warehouse.bigquery import BigQueryWarehouse
from flows.warehouse.bigquery_files import STAGED
from flows.warehouse.bigquery_jobs import Jobs
from flows.warehouse.tables import raw_fields
from tests.accepted import accepted
from tests.bigquery.statements import own_tables

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bigquery again")]

NOON_UTC = datetime(2025, 11, 3, 12, tzinfo=UTC)
NOON, LATER = datetime(2025, 11, 3, 12), datetime(2025, 11, 3, 12, 0, 0, 1)
ROWS: dict[str, list[dict[str, Any]]] = {
    "events": [
        {"event_id": "e1", "event_timestamp": NOON, "unit_price": "0.0001", "properties": '{"a": "ü\\\\\'"}'},
        {"event_id": "e2", "event_timestamp": LATER, "event_date": date(2025, 11, 4), "quantity": 3},
    ],
    "users": [{"user_id": "u1"}],
}
EVERY_DAY = "event_date >= date '0001-01-01'"


_FILES_OF_NO_BATCH = """
    select sha256 from ops.files
    where batch_id not in (select batch_id from ops.batches union all select batch_id from ops.removals)
"""


class Killed(BaseException):
    """The process ends here."""


@contextmanager
def killed_at(
    number: int, counted: Callable[[requests.PreparedRequest], bool] = lambda request: True
) -> Iterator[list[str]]:
    """End the process at its call of that number to Google, when the work is done and before the answer is heard.

    Of the calls only those are `counted` that are asked for.
    """
    really, calls = requests.Session.send, []

    def send(session: requests.Session, request: requests.PreparedRequest, **how: Any) -> requests.Response:
        if is_counted := counted(request):
            calls.append(f"{request.method} {request.path_url.split('?')[0]}")
        answer = really(session, request, **how)
        if is_counted and len(calls) == number:
            raise Killed
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests.Session, "send", send)
        yield calls


def load(validated: Validated, settings: Settings, **how: Any) -> Loaded:
    bigquery_tables.forget_prepared()  # another process knows nothing of this one's tables
    with open_warehouse(settings) as warehouse:
        return warehouse.load(validated, Lake.of(settings), settings, **how)


def ask(settings: Settings, question: str) -> list[tuple[Any, ...]]:
    with open_warehouse(settings) as warehouse:
        return [tuple(row.values()) for row in warehouse.query(question)]


def state(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """What a reader of raw and of the ledger sees; instants of the work itself left out."""
    return {
        "events": ask(settings, f"select * from raw.events where {EVERY_DAY} order by event_id, batch_id"),
        "users": ask(settings, "select * from raw.users order by user_id, batch_id"),
        "batches": ask(settings, "select * except (loaded_at) from ops.batches order by batch_id"),
        "files": ask(settings, "select * except (loaded_at) from ops.files order by path, batch_id"),
        "removals": ask(settings, "select * except (removed_at, loaded_at) from ops.removals order by batch_id"),
    }


def test_rows_arrive_as_they_were_accepted(cloud: Settings) -> None:
    told = load(accepted(cloud, "b1", "TIMESTAMPTZ", **ROWS), cloud)
    assert told == Loaded("b1", True, {"events": 2, "users": 1}, (date(2025, 11, 3), date(2025, 11, 4)))
    question = "event_id, event_timestamp, unit_price, quantity, properties, event_date, batch_id"
    assert ask(cloud, f"select {question} from raw.events where {EVERY_DAY} order by event_id") == [
        ("e1", NOON, Decimal("0.0001"), None, '{"a": "ü\\\\\'"}', date(2025, 11, 3), "b1"),
        ("e2", LATER, None, 3, None, date(2025, 11, 4), "b1"),
    ]


def test_a_lake_in_a_folder_is_loaded_as_one_in_a_bucket(cloud: Settings) -> None:
    bucket = accepted(cloud, "b1", "TIMESTAMPTZ", **ROWS)
    load(bucket, cloud)
    local = cloud.model_copy(update={"lake": "lake", "bigquery_dataset_prefix": f"{cloud.bigquery_dataset_prefix}f_"})
    assert load(bucket, local).is_new
    assert state(local) == state(cloud)


def test_a_batch_is_loaded_once(cloud: Settings) -> None:
    batch = accepted(cloud, "b1", "TIMESTAMPTZ", **ROWS)
    load(batch, cloud)
    before = state(cloud)
    with open_warehouse(cloud) as warehouse:
        other = accepted(cloud, "b1_2", "TIMESTAMPTZ", users=[{"user_id": "u2"}])
        for told in (batch, other):  # as where they are judged again
            cast(BigQueryWarehouse, warehouse).stage(told, Lake.of(cloud))
    assert not load(batch, cloud).is_new
    assert state(cloud) == before
    assert {table.split("_b1_")[1][:2] for table in list_tables(cloud, "lake")} == {"2", "2_"}


@pytest.mark.parametrize("place", ["bucket", "folder"])
def test_what_was_staged_before_a_batch_was_validated_anew_is_not_loaded(cloud: Settings, place: str) -> None:
    """As where a run stopped after its batch was judged, and the shop's time zone was changed."""
    if place == "folder":
        cloud = cloud.model_copy(update={"lake": "lake"})
    with open_warehouse(cloud) as warehouse:
        staged = cast(BigQueryWarehouse, warehouse).stage(accepted(cloud, "b1", "TIMESTAMPTZ", **ROWS), Lake.of(cloud))
    events = [{**row, "event_date": date(2025, 11, 9)} for row in ROWS["events"]]
    load(accepted(cloud, "b1", "TIMESTAMPTZ", events=events, users=ROWS["users"]), cloud)
    assert ask(cloud, f"select distinct event_date from raw.events where {EVERY_DAY}") == [(date(2025, 11, 9),)]
    assert list_tables(cloud, "lake") == [staged["events"]], "which expires; that of the users was as good as new"


def test_a_run_that_is_killed_between_any_two_calls_and_run_again_leaves_the_same_rows(cloud: Settings) -> None:
    """A replacement, which does most: the old batch goes out and the new one comes in."""
    old, new = (accepted(cloud, name, "TIMESTAMPTZ", **ROWS) for name in ("old", "new"))
    load(old, cloud)
    with killed_at(0) as calls:
        load(new, cloud, replaces="old")
    wanted = state(cloud)
    assert [row[0] for row in wanted["batches"]] == ["new"]
    for number in range(1, len(calls) + 1):
        anew = cloud.model_copy(
            update={"bigquery_dataset_prefix": f"{cloud.bigquery_dataset_prefix}{number}_", "lake": cloud.lake}
        )
        load(old, anew)
        with pytest.raises(Killed), killed_at(number):
            load(new, anew, replaces="old")
        assert ask(anew, _FILES_OF_NO_BATCH) == [], calls[number - 1]
        load(new, anew, replaces="old")
        assert state(anew) == wanted, calls[number - 1]


def test_the_files_of_a_batch_that_are_too_many_for_a_request_are_staged(
    cloud: Settings, analyzer: SqlLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request to BigQuery has 10 MB at most, parameters included."""
    batch = accepted(cloud, "b1", "TIMESTAMPTZ", **ROWS)
    files = [replace(batch.batch.files[0], name=f"{n}.csv", path=f"/in/{n}.csv", sha256=f"{n:064}") for n in (2, 3, 1)]
    batch, really = replace(batch, batch=replace(batch.batch, files=tuple(files))), Jobs.run
    sent = list[tuple[str, Any]]()
    refused = FileFate(f"{2:064}", "/in/2.csv", "2.csv", 1, "refused", "", "no table", None, None, None, NOON_UTC, None)
    monkeypatch.setattr(bigquery_files, "AT_ONCE", 2)
    monkeypatch.setattr(
        Jobs, "run", lambda jobs, sql, params=(): (sent.append((sql, params)), really(jobs, sql, params))[1]
    )
    with open_warehouse(cloud) as warehouse:
        warehouse.note_files([refused])
    load(batch, cloud)
    given = [value for _, params in sent for value in (params.values() if isinstance(params, dict) else params)]
    assert max(len(value) for value in given if isinstance(value, list)) <= 2
    assert ask(cloud, "select source_files from ops.batches") == [(["2.csv", "3.csv", "1.csv"],)]
    assert ask(cloud, "select name, verdict, batch_id, landed_at from ops.files order by name") == [
        (f"{n}.csv", "loaded", "b1", batch.batch.landed_at.replace(tzinfo=None)) for n in (1, 2, 3)
    ]
    assert not list_tables(cloud, "lake")
    (script,) = (Jobs.begin(cloud).named(sql) for sql, _ in sent if "insert into raw.events" in sql)
    tables, fields = own_tables(cloud), {table: raw_fields(table) for table in RECORDS} | {"files": STAGED}
    for place in set(re.findall(r"`([^`]+_lake\.[^`]+)`", script)):
        table = place.split("_lake.")[1].split("_")[0]
        tables[place] = {field.name: field.bigquery.partition("(")[0] for field in fields[table]}
    assert analyzer.check(script, tables) is None


def test_a_file_that_is_no_parquet_is_named_and_nothing_is_loaded(cloud: Settings) -> None:
    batch, lake = accepted(cloud, "b1", "TIMESTAMPTZ", **ROWS), Lake.of(cloud)
    (file,) = lake.accepted_files("events", "b1")
    file.write_bytes(b"PAR1 nothing of the kind")
    lake.keep([file])
    with pytest.raises(WarehouseError, match=rf"BigQuery could not load {cloud.lake}/accepted/events/b1.parquet .*:"):
        load(batch, cloud)
    assert not any(state(cloud).values())


def test_fewer_rows_than_were_accepted_are_refused_and_nothing_is_loaded(cloud: Settings) -> None:
    batch = accepted(cloud, "b1", "TIMESTAMPTZ", **ROWS)
    counts = tuple(replace(count, rows_read=9, accepted=9) for count in batch.counts)
    with pytest.raises(LedgerError, match=r"events: 9 rows were accepted, but .*b1\.parquet gave 2"):
        load(replace(batch, counts=counts), cloud)
    assert not any(state(cloud).values())


def test_a_table_that_has_drifted_is_refused_by_its_columns_and_nothing_is_loaded(cloud: Settings) -> None:
    load(accepted(cloud, "b1", "TIMESTAMPTZ", **ROWS), cloud)
    before = ask(cloud, "select * from ops.batches")
    with open_warehouse(cloud) as warehouse:
        warehouse.query(
            "create or replace table raw.users as select * except (created_at), 'x' as nickname from raw.users"
        )
    told = r"raw\.users lacks created_at TIMESTAMP; raw\.users has nickname STRING, which no record knows"
    with pytest.raises(WarehouseError, match=told):
        load(accepted(cloud, "b2", "TIMESTAMPTZ", **ROWS), cloud)
    assert ask(cloud, "select * from ops.batches") == before


def test_tables_are_made_as_the_records_say(cloud: Settings) -> None:
    load(accepted(cloud, "b1", "TIMESTAMPTZ", **ROWS), cloud)
    with open_warehouse(cloud) as warehouse:
        events = warehouse.client.get_table(f"{cloud.bigquery_project}.{cloud.bigquery_dataset_prefix}raw.events")
    assert (events.time_partitioning.field, events.require_partition_filter) == ("event_date", True)
    assert events.clustering_fields == ["batch_id", "event_type"]
    assert events.labels == {"app": "shopflow"}
    columns = {column.name: column for column in events.schema}
    assert (columns["unit_price"].precision, columns["unit_price"].scale) == (18, 4)
    assert (columns["event_id"].mode, columns["user_id"].mode) == ("REQUIRED", "NULLABLE")
    assert all(column.description for column in events.schema)


def test_a_batch_goes_out_whole_and_may_come_again(cloud: Settings) -> None:
    batch = accepted(cloud, "b1", "TIMESTAMPTZ", **ROWS)
    load(batch, cloud)
    before = state(cloud)
    with open_warehouse(cloud) as warehouse:
        gone = warehouse.remove("b1", datetime.now(UTC))
        assert gone.rows == {"events": 2, "users": 1}
        assert warehouse.remove("b1", datetime.now(UTC)) == gone
        assert warehouse.pending("models").removed == ("b1",)
        assert warehouse.imbalances(thorough=True) == []
        with pytest.raises(LedgerError, match="batch b9 is not in the warehouse"):
            warehouse.remove("b9", datetime.now(UTC))
    assert ask(cloud, "select count(*) from removed.events") == [(2,)]
    assert load(batch, cloud).is_new
    after = state(cloud)
    assert (after["events"], after["users"], after["batches"]) == (before["events"], before["users"], before["batches"])


def list_tables(settings: Settings, dataset: str) -> list[str]:
    with open_warehouse(settings) as warehouse:
        place = f"{settings.bigquery_project}.{settings.bigquery_dataset_prefix}{dataset}"
        return [table.table_id for table in warehouse.client.list_tables(place)]

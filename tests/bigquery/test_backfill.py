"""Dates are rebuilt from the lake on BigQuery, and from a bucket, with the promises that tests/test_backfill.py has."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from emulator.asking import SqlLibrary
from emulator.start import Emulator
from flows.audit import audit
from flows.builds import fingerprint
from flows.chunks import Backfill, Reloaded
from flows.commands.plan import show_plan
from flows.errors import BackfillRefused, LedgerError
from flows.lake import Lake
from flows.load import load
from flows.publish import publish
from flows.receipts import Changes
from flows.settings import Settings, load_settings
from flows.transform import transform
from flows.validate import validate
from flows.warehouse import bigquery_tables, open_warehouse
from flows.warehouse.tables import raw_fields
from tests.accepted import accepted
from tests.bigquery.pair import MARTS, compare, differences, landed, rebuild
from tests.bigquery.statements import every_statement, refused_by
from tests.bigquery.test_load import EVERY_DAY, Killed, ask, killed_at, list_tables

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bigquery")]

HEADER = "event_id,event_type,event_timestamp,user_id,product_id,quantity,unit_price,currency\n"
VIEW = "v{0},page_view,2025-11-0{1}T10:00:00Z,u{0},,,,\n"
SALE = "s{0},purchase,2025-11-0{1}T10:10:00Z,u{0},p1,1,9.99,EUR\n"
DAYS = [date(2025, 11, day) for day in (2, 3, 5)]
# Rows are lost, are another's, are there twice, and are a stranger's.
COLUMNS = ", ".join(field.name for field in raw_fields("events"))
DAMAGE = f"""
    delete from raw.events where event_date = '2025-11-02' and event_type = 'purchase';
    update raw.events set user_id = 'thief' where event_date = '2025-11-03';
    insert into raw.events ({COLUMNS}) select {COLUMNS} from raw.events where event_date = '2025-11-04';
    insert into raw.events ({COLUMNS})
    select {COLUMNS.replace("event_id", "'x'").replace("user_id", "'stranger'", 1)}
    from raw.events where event_date = '2025-11-05';
"""


def rows_of(batch: str, *days: int) -> dict[str, list[dict[str, Any]]]:
    """Two events on each of these days of November, and a user."""
    when = [datetime(2025, 11, day, hour) for day in days for hour in (9, 10)]
    events = [
        {"event_id": f"{batch}{at:%d%H}", "event_timestamp": at, "event_date": at.date(), "user_id": f"u{at.hour}"}
        for at in when
    ]
    return {"events": events, "users": [{"user_id": f"u-{batch}"}]}


def change(settings: Settings, *statements: str) -> None:
    """Do something to the warehouse behind everyone's back."""
    with open_warehouse(settings) as warehouse:
        for statement in statements:
            warehouse.query(statement)


def damage(settings: Settings) -> None:
    change(settings, *DAMAGE.strip().removesuffix(";").split(";"))


def raw(settings: Settings) -> list[tuple[Any, ...]]:
    return ask(settings, f"select {COLUMNS} from raw.events where {EVERY_DAY} order by event_id, user_id")


def reload(
    settings: Settings, first: date | None = None, last: date | None = None, days: int | None = None
) -> list[Reloaded]:
    """What a backfill does before it builds: plan, unless it is carried on, and reload what is left."""
    bigquery_tables.forget_prepared()  # another process knows nothing of this one's tables
    with open_warehouse(settings) as warehouse:
        plan = warehouse.plan_backfill(Lake.of(settings), first, last, days)
        if not plan.is_begun:
            warehouse.begin_backfill(plan, datetime.now(UTC))
        left = [chunk for chunk in warehouse.pending("models").chunks if not chunk.is_reloaded]
        return [warehouse.reload(chunk, Lake.of(settings), datetime.now(UTC)) for chunk in left]


def finish(settings: Settings) -> None:
    """Marts that hold it are published."""
    with open_warehouse(settings) as warehouse:
        warehouse.mark_built(warehouse.pending("models"), "models", datetime.now(UTC))


@pytest.fixture(params=["bigquery and bucket", "bigquery and folder", "duckdb and bucket"])
def shop(request: pytest.FixtureRequest, cloud: Settings) -> Settings:
    """Two loaded batches, on each target with each lake."""
    target, _, lake = request.param.split()
    given = {"target": target, **({"lake": "lake"} if lake == "folder" else {})}
    return two_batches(cloud.model_copy(update=given))


def two_batches(settings: Settings) -> Settings:
    for name, days in (("b1", (2, 3, 5)), ("b2", (3, 4))):
        load(accepted(settings, name, "TIMESTAMPTZ", **rows_of(name, *days)), settings)
    finish(settings)
    return settings


def rewrite(settings: Settings, batch: str, question: str) -> str:
    """Put a file of other rows in the place of a batch's events, also in the bucket; where it is."""
    lake = Lake.of(settings)
    (file,) = lake.accepted_files("events", batch)
    duckdb.execute(f"copy ({question.format(file=file)}) to '{file}.new' (format parquet)")
    Path(f"{file}.new").replace(file)
    lake.keep([file])
    return lake.name(file)


def without_home(settings: Settings) -> None:
    """What another run, or nobody, has left of the lake's working copy: rows that the bucket does not have."""
    for file in Lake.of(settings).accepted("events").iterdir():
        file.write_bytes(b"stale")


def test_raw_is_the_lake_again_whatever_it_held(shop: Settings) -> None:
    wanted = raw(shop)
    damage(shop)
    assert raw(shop) != wanted
    if shop.is_in_bucket:
        without_home(shop)
    told = reload(shop, DAYS[0], DAYS[-1], days=3)
    assert raw(shop) == wanted
    assert [(one.rows_before, one.rows, one.gone) for one in told] == [(12, 10, 4), (4, 2, 2)]
    with open_warehouse(shop) as warehouse:
        assert warehouse.imbalances(thorough=True) == []
        assert {row["user_id"] for row in warehouse.query("select user_id from removed.events")} == {
            "thief",
            "stranger",
        }
        assert warehouse.plan_backfill(Lake.of(shop), None, None, None).is_begun
        with pytest.raises(BackfillRefused, match="the backfill of 2025-11-02 to 2025-11-05 is not finished"):
            warehouse.plan_backfill(Lake.of(shop), DAYS[1], None, None)
    finish(shop)
    with open_warehouse(shop) as warehouse:
        assert not warehouse.pending("models")
        assert warehouse.query("select count(*) as n from removed.events") == [{"n": 0}]
    if shop.target == "bigquery":
        assert list_tables(shop, "lake") == []
    assert not Lake.of(shop).staging.exists() or list(Lake.of(shop).staging.iterdir()) == []

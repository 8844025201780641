"""Dates are rebuilt from the lake on BigQuery, and from a bucket, with the promises that tests/test_backfill.py has."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import requests

from emulator.asking import SqlLibrary
from emulator.start import Emulator
from flows.audit import audit
from flows.chunks import Reloaded
from flows.commands.plan import show_plan
from flows.errors import BackfillRefused, LedgerError
from flows.lake import Lake
from flows.load import load
from flows.settings import Settings
from flows.warehouse import bigquery_tables, open_warehouse
from flows.warehouse.tables import raw_fields
from tests.accepted import DEFAULTS, accepted
from tests.bigquery.statements import every_statement, refused_by, staged
from tests.bigquery.test_load import EVERY_DAY, Killed, ask, killed_at, list_tables

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bigquery")]

BATCHES = {"b1": (2, 3, 5), "b2": (3, 4)}
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
        DEFAULTS["events"]
        | {"event_id": f"{batch}{at:%d%H}", "event_timestamp": at, "event_date": at.date(), "user_id": f"u{at.hour}"}
        | ({"event_type": "purchase", "order_id": f"o{at.day}"} if at.hour == 10 else {})
        for at in when
    ]
    return {"events": events, "users": [DEFAULTS["users"] | {"user_id": f"u-{batch}"}]}


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
    for name, days in BATCHES.items():
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
    assert [(one.rows_before, one.rows, one.gone) for one in told] == [(9, 8, 4), (4, 2, 2)]
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


def body(request: requests.PreparedRequest) -> str:
    told = request.body or b""
    return told if isinstance(told, str) else told.decode(errors="replace")


def changes_something(request: requests.PreparedRequest) -> bool:
    """Neither a look nor a question: after those all is as it was."""
    return request.method != "GET" and not re.search(r'"query": "(\\n|\s)*select', body(request))


def test_a_run_that_is_killed_at_any_call_and_run_again_leaves_the_rows_of_the_lake(cloud: Settings) -> None:
    """With a lake in a folder, which does most: each file is sent into a table of its own."""
    shop = two_batches(cloud.model_copy(update={"lake": "lake"}))
    wanted = raw(shop)
    with killed_at(0, changes_something) as calls:
        reload(shop)
    finish(shop)
    assert len(calls) > 8
    for number in range(1, len(calls) + 1):
        change(shop, f"update raw.events set user_id = 'thief' where {EVERY_DAY}")
        with pytest.raises(Killed), killed_at(number, changes_something):
            reload(shop)
        reload(shop)
        assert raw(shop) == wanted, calls[number - 1]
        finish(shop)
    backfills = ask(shop, "select backfill_id, count(*), min(reloaded_at) is null from ops.backfills group by 1")
    assert {told[1:] for told in backfills} == {(1, False)}
    assert ask(shop, "select count(*) from removed.events") == [(0,)]


def test_rows_of_somebody_who_was_forgotten_meanwhile_do_not_come_back(cloud: Settings) -> None:
    """The run before was killed before its transaction, so a table of the lake still has the person's rows."""
    shop = two_batches(cloud)
    with pytest.raises(Killed), killed_at(1, lambda request: '"load"' in body(request)):
        reload(shop)
    (left,) = list_tables(shop, "lake")
    assert ask(shop, f"select count(*) from lake.{left} where user_id = 'u9'") == [(5,)]
    rewrite(shop, "b1", "from '{file}' where user_id <> 'u9'")
    change(shop, """update ops.batches set rows_by_table = '{"events": 3, "users": 1}' where batch_id = 'b1'""")
    reload(shop)
    assert ask(shop, f"select distinct user_id from raw.events where {EVERY_DAY} and batch_id = 'b1'") == [("u10",)]
    assert list_tables(shop, "lake") == []


def test_a_batch_that_goes_before_its_days_are_reloaded_has_everything_built(cloud: Settings) -> None:
    shop = two_batches(cloud)
    with open_warehouse(shop) as warehouse:
        warehouse.begin_backfill(warehouse.plan_backfill(Lake.of(shop), None, None, None), datetime.now(UTC))
        warehouse.remove("b2", datetime.now(UTC))
        assert warehouse.pending("models").is_whole
    reload(shop)
    finish(shop)
    with open_warehouse(shop) as warehouse:
        warehouse.remove("b1", datetime.now(UTC))
    assert ask(shop, "select value from ops.settings where name = 'models'") == [("models",)], "no days wait any more"


@pytest.mark.parametrize("how", ["lost", "shorter", "cut off"])
def test_a_file_that_is_not_as_the_ledger_says_is_named_and_nothing_is_changed(shop: Settings, how: str) -> None:
    lake, before = Lake.of(shop), raw(shop)
    (file,) = lake.accepted_files("events", "b1")
    told = f"it brought 6 events, but {lake.name(file)} holds 3"
    if how == "shorter":
        rewrite(shop, "b1", "from '{file}' limit 3")
    elif how == "lost":
        lake.drop([file])
        file.unlink()
        told = f"the lake lacks {lake.name(file)}"
    else:
        file.write_bytes(file.read_bytes()[:-9])
        lake.keep([file])
        told = f"{lake.name(file)} of the lake is damaged"
    for kept in lake.accepted("events").iterdir() if shop.is_in_bucket else ():
        kept.unlink()
    with pytest.raises(LedgerError, match=told):
        reload(shop)
    assert raw(shop) == before
    assert ask(shop, "select count(*) from ops.backfills") == [(0,)]
    assert any(lake.name(file) in sentence for sentence in audit(shop))
    assert lake.name(file) == str(file) or not list(lake.accepted("events").iterdir()), "the home is left as it was"


def test_a_plan_says_what_would_be_read_and_changes_nothing(emulator: Emulator, shop: Settings) -> None:
    damage(shop)
    lake, before = Lake.of(shop), (raw(shop), files_of(shop))
    sent = {each.sql for each in every_statement(emulator, shop.bigquery_dataset_prefix)}
    with open_warehouse(shop, read_only=True) as warehouse:
        plan = warehouse.plan_backfill(lake, date(2025, 11, 2), date(2025, 11, 4), 2)
        readings = [warehouse.reading(chunk, lake) for chunk in plan.chunks]
    asked = {each.sql for each in every_statement(emulator, shop.bigquery_dataset_prefix)} - sent
    assert {sql.split()[0] for sql in asked} == ({"select"} if shop.target == "bigquery" else set())
    assert (raw(shop), files_of(shop)) == before
    files = [lake.accepted_files("events", name)[0] for name in BATCHES]
    names, sizes = [lake.name(file) for file in files], [file.stat().st_size for file in files]
    assert (
        [(told.chunk.events, told.rows_in_raw, list(told.files), told.bytes) for told in readings]
        == [
            (6, 5, names, sum(sizes)),  # load jobs read whole files, and whole files are brought from a bucket
            (2, 4, names[1:], sizes[1]),
        ]
    )


def test_a_dry_run_shows_the_plan_where_warehouse_and_lake_are_far_away(
    cloud: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = two_batches(cloud)
    for name, value in shop.model_dump(exclude_defaults=True).items():
        monkeypatch.setenv(f"SHOPFLOW_{name.upper()}", str(value))
    monkeypatch.setenv("COLUMNS", "200")
    show_plan("2025-11-02", "2025-11-04", None)
    told = capsys.readouterr().out
    assert "1 of 1  2025-11-02 to 2025-11-04" in told
    assert f"  {shop.lake}/accepted/events/b1.parquet\n" in told
    assert "fct_orders: every visitor of these days\n" in told


FAULTS = {
    "a row of raw": ("delete from raw.events where event_id = 'b10209' and event_date = '2025-11-02'", "but 5 are in"),
    "a row twice": (
        f"insert into raw.events ({COLUMNS}) select {COLUMNS} from raw.events where event_date = '2025-11-05'",
        "has 6 rows of events by the ledger, but 7 are in",
    ),
    "the ledger": ("update ops.batches set accepted = accepted - 1 where batch_id = 'b1'", "7 rows were read, but 6"),
    "the ledger's rows": (
        """update ops.batches set rows_by_table = '{"events": 7, "users": 1}' where batch_id = 'b1'""",
        "b1.parquet has 6 rows, but 7 by the ledger",
    ),
}


def test_an_audit_tells_what_was_changed_behind_its_back(shop: Settings) -> None:
    lake, home = Lake.of(shop), files_of(shop)
    assert audit(shop) == []
    for statement, told in FAULTS.values():
        change(shop, statement)
        assert any(told in sentence for sentence in audit(shop)), told
    mended = (
        """update ops.batches set accepted = 7, rows_by_table = '{"events": 6, "users": 1}' where batch_id = 'b1'"""
    )
    change(shop, mended)
    reload(shop)
    assert audit(shop) == []
    (users,) = lake.accepted_files("users", "b2")
    kept = users.read_bytes()
    users.write_bytes(kept[:-9])
    lake.keep([users])
    users.write_bytes(kept if shop.is_in_bucket else kept[:-9])  # the bucket is what counts
    assert [told.split(" is damaged ")[0] for told in audit(shop)] == [lake.name(users)]
    assert {name for name, _ in files_of(shop)} == {name for name, _ in home}


def files_of(settings: Settings) -> list[tuple[str, bytes]]:
    """The working copy, or the lake itself, whoever has written there."""
    return [(str(file), file.read_bytes()) for file in sorted(settings.lake_folder.rglob("*")) if file.is_file()]


def test_every_statement_is_known_to_the_analyzer(cloud: Settings, emulator: Emulator, analyzer: SqlLibrary) -> None:
    """What a backfill sends itself; test_dbt.py looks at the builds."""
    shop = two_batches(cloud)
    damage(shop)
    reload(shop, DAYS[0], days=2)
    with open_warehouse(shop) as warehouse:
        (chunk, _) = warehouse.pending("other models").chunks
        warehouse.mark_transformed(chunk, datetime.now(UTC))
        assert [chunk.is_built for chunk in warehouse.pending("other models").chunks] == [True, False]
    finish(shop)
    assert audit(shop) == []
    gone = staged(emulator, shop.bigquery_dataset_prefix)
    assert len(gone) == 2 * len(BATCHES) + 2
    assert refused_by(analyzer, emulator, shop.bigquery_dataset_prefix, gone) == {}

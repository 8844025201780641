"""A warehouse in memory that is loaded batch by batch and built as a run builds it, without dbt's start-up.

The tables of `raw`, `removed` and `ops` are the product's own, and so is what tells a build which days were touched.
The models' SQL is what dbt compiled; deleting the rows that a build makes anew, and recording which, is done here by
the same condition as dbt does it in `macros/dialect/materialize_incremental.sql` and `record_rebuilt.sql`.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from itertools import groupby, islice
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from flows.checks.forgotten import THEIRS, rows_of
from flows.checks.tombstones import Tombstones
from flows.chunks import Chunk, chunks_of
from flows.erasure.person import Person, look_up
from flows.receipts import Changes
from flows.warehouse import duck_backfill, duck_reload
from flows.warehouse.duck_changes import settle, take_out, waiting
from flows.warehouse.duck_erase import erase
from flows.warehouse.duck_people import IN_RAW, Events
from flows.warehouse.duck_tables import prepare
from flows.warehouse.erasure import Erasure, Fate

Row = dict[str, Any]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TOUCHED = re.compile(r"in \('@dates:(-?\d+):(-?\d+):(\w*)'\)")
SINCE = re.compile(r">= '@dates:(\d+)'")
NO_END = "cast(null as date)"
PART = {"touched_dates": "@dates", "pending_batches": ["@batches"], "backfilled_dates": "@backfilled"}

# What can be done to a row of raw, given its place; none of it moves a row to another day.
DAMAGES = {
    "a row is gone": "delete from raw.events where rowid = $row",
    "a row is another visitor's": "update raw.events set anonymous_id = 'thief', user_id = null where rowid = $row",
    "a row is a purchase": (
        "update raw.events set event_type = 'purchase', product_id = 'pot', quantity = 2, unit_price = 5, "
        "currency = 'EUR' where rowid = $row"
    ),
    "a row is there again": "insert into raw.events from raw.events where rowid = $row",
    "a row is there as a stranger's": (
        "insert into raw.events select * replace ('stranger' as anonymous_id, null as user_id, "
        "event_id || '?' as event_id) from raw.events where rowid = $row"
    ),
}


@cache
def _empty() -> TemporaryDirectory[str]:
    """The file of a shop without batches, which all shops begin as: to make its tables takes a third of a build."""
    folder = TemporaryDirectory()
    with duckdb.connect(f"{folder.name}/shop.duckdb") as con:
        for schema in ("staging", "intermediate", "marts", "lake"):
            con.execute(f"create schema {schema}")
        prepare(con)
        con.execute("create table lake.events as from raw.events")
    return folder


class Shop:
    """Batches in, batches out, people out, builds.

    `whole` and `part` are the project, compiled for all days and for some.
    """

    def __init__(self, whole: dict[str, Row], part: dict[str, Row]) -> None:
        self._whole, self._part = whole, part
        self.con = duckdb.connect(config={"threads": 1})
        self.con.execute(f"attach ':memory:' as warehouse; attach '{_empty().name}/shop.duckdb' as empty (read_only)")
        self.con.execute("copy from database empty to warehouse; detach empty; use warehouse; set TimeZone = 'UTC'")
        # For a few rows the optimizer takes longer than what it saves; what the SQL means is not its business.
        self.con.execute("pragma disable_optimizer")
        models = [node for node in whole.values() if node["kind"] == "model" and node["materialized"] != "ephemeral"]
        self.relations = [node["relation"] for node in models]
        self.marts = [node["name"] for node in models if node["relation"].startswith("marts.")]
        self.is_tested = False  # whether a build ends with the project's data tests, as a run's does

    def load(self, batch_id: str, **rows: Iterable[Row]) -> None:
        """Append the rows of one batch, given by table."""
        dates = set()
        for table, given in rows.items():
            # All in a row that name the same columns at once: to plan an insert takes longer than what it does.
            for names, alike in groupby(given, key=tuple):
                values = [tuple(row.values()) for row in alike]
                one = f"({', '.join('?' * len(names))}, ?, 'f')"
                self.con.execute(
                    f"insert into raw.{table} ({', '.join(names)}, batch_id, source_file) "
                    f"values {', '.join([one] * len(values))}",
                    [value for row in values for value in (*row, batch_id)],
                )
                if table == "events":
                    dates.update(row[names.index("event_date")] for row in values)
        self.con.execute("insert into lake.events from raw.events where batch_id = ?", [batch_id])
        self._enter("batches", batch_id, dates, loaded_at=NOW)

    def remove(self, batch_id: str) -> None:
        """Take a batch out again."""
        (dates,) = self.con.execute("select event_dates from ops.batches where batch_id = ?", [batch_id]).fetchone()
        duck_backfill.distrust(self.con)
        take_out(self.con, batch_id)
        self.con.execute("delete from lake.events where batch_id = ?", [batch_id])
        self.con.execute("delete from ops.batches where batch_id = ?", [batch_id])
        self._enter("removals", batch_id, dates, loaded_at=NOW, removed_at=NOW)

    def events(self) -> int:
        """How many rows raw has."""
        return int(self.con.execute("select count(*) from raw.events").fetchone()[0])

    def days(self) -> list[date]:
        """The days with events in raw or in the lake."""
        days = "select event_date from raw.events union select event_date from lake.events order by all"
        return [day for (day,) in self.con.execute(days).fetchall()]

    def is_backfilling(self) -> bool:
        return bool(duck_backfill.chunks_left(self.con))

    def damage(self, place: int, how: str) -> date:
        """Do one of DAMAGES to a row of raw, behind everyone's back; the day of that row."""
        row = self.con.execute("select rowid, event_date from raw.events order by rowid limit 1 offset ?", [place])
        rowid, day = row.fetchone()
        self.con.execute(DAMAGES[how], {"row": rowid})
        return day

    def begin_backfill(self, first: date, last: date, days_per_chunk: int | None = None) -> None:
        """Plan a backfill of a range with events; the next builds do its chunks."""
        days = self.con.execute(
            "select event_date, (select count(*) from lake.events where event_date = days.event_date) "
            "from (select event_date from lake.events union select event_date from raw.events) as days "
            "where event_date between ? and ?",
            [first, last],
        ).fetchall()
        (number,) = self.con.execute("select count(distinct backfill_id) from ops.backfills").fetchone()
        chunks = chunks_of(f"backfill-{number}", dict(days), days_per_chunk)
        backfill = duck_backfill.Backfill(f"backfill-{number}", first, last, chunks)
        duck_backfill.enter(self.con, backfill, NOW.replace(tzinfo=None))

    def erase(self, user: str, with_shared_devices: bool) -> Person:
        """Forget a person; whose rows went."""
        places = [Events(self.con, IN_RAW), Events(self.con, "lake.events")]
        person = look_up(user, places, (), Tombstones("salt"), (), with_shared_devices=with_shared_devices)
        theirs = {"users": [user], "devices": sorted(person.devices)}
        self.con.execute(f"delete from lake.events where {rows_of('events', *THEIRS)}", theirs)
        (earlier,) = self.con.execute("select count(*) from ops.erasures").fetchone()
        lake = (
            "select batch_id, list(distinct event_date order by event_date) filter (event_date is not null) "
            "from ops.batches left join lake.events using (batch_id) group by all"
        )
        fates = {id: Fate(id, 0, 0, 0, {}, days or []) for id, days in self.con.execute(lake).fetchall()}
        erase(self.con, Erasure(f"erasure{earlier}", user, NOW, [user], sorted(person.devices), fates))
        return person

    def days_of_batches(self, relation: str) -> list[tuple[Any, ...]]:
        """Batch and day of each that the ledger or the lake (`ops.batches`, `lake.events`) has."""
        days = "unnest(event_dates)" if relation == "ops.batches" else "event_date"
        return self.con.execute(f"select distinct batch_id, {days} from {relation} order by all").fetchall()

    def build(
        self, *, publish: bool = True, until: int | None = None, whole: bool = False, runs_in_slice: int | None = None
    ) -> None:
        """Do what waits. `until` ends it after so many steps (a chunk that is reloaded, a model), as a kill would.

        A whole build is made of slices of so many runs of days, each as short as its model can be asked for, or of one.
        """
        changes = waiting(self.con, "models")
        changes = replace(changes, is_whole=changes.is_whole or whole)
        for step in islice(self._steps(changes, runs_in_slice), until):
            step()
        if publish and until is None:
            self.mark_built()

    def mark_built(self) -> None:
        """Remember that published marts hold all that there is."""
        changes = waiting(self.con, "models")
        for table in ("batches", "removals", "erasures", "backfills"):
            self.con.execute(f"update ops.{table} set built_at = ? where built_at is null", [NOW])
        settle(self.con, changes.batches + tuple({chunk.backfill_id for chunk in changes.chunks}))
        self.con.execute("delete from ops.settings where name = 'models'")
        self.con.execute("insert into ops.settings values ('models', 'models')")

    def _steps(self, changes: Changes, runs_in_slice: int | None) -> Iterator[Callable[[], None]]:
        yield from (partial(self._reload, chunk) for chunk in changes.chunks if not chunk.is_reloaded)
        if changes.is_whole:
            self._is_forgotten = False
            self.con.execute("delete from ops.settings where name = 'models'")
            yield from self._models(changes, runs_in_slice)
            return
        for chunk in changes.chunks:
            if not chunk.is_built:
                days = chunk.event_dates
                yield from self._models(Changes(touched_dates=days, backfilled_dates=days))
                duck_backfill.mark(self.con, chunk, "transformed_at", NOW.replace(tzinfo=None))
        if changes.batches or not changes.chunks:
            yield from self._models(changes)

    def _reload(self, chunk: Chunk) -> None:
        days = ", ".join(f"date '{day}'" for day in chunk.event_dates)
        source = f"(from lake.events where event_date in ({days}))"
        duck_backfill.mark(self.con, chunk, "reloaded_at", NOW.replace(tzinfo=None))
        duck_reload.replace_rows(self.con, chunk, source)

    def _models(self, changes: Changes, runs_in_slice: int | None = None) -> Iterator[Callable[[], None]]:
        nodes = (self._whole if changes.is_whole else self._part).values()
        for node in nodes:
            if node["kind"] == "model" and node["materialized"] != "ephemeral":
                yield partial(self._build, node, changes, runs_in_slice)
        if self.is_tested:
            yield from (partial(self._test, node, changes) for node in nodes if node["kind"] == "test")

    def _test(self, node: Row, changes: Changes) -> None:
        rows = self.con.execute(_filled(node["sql"], changes)).fetchall()
        assert rows == [], f"{node['name']} complains of {rows[:3]}"

    def rows(self, mart: str) -> list[tuple[Any, ...]]:
        return self.con.execute(f"from marts.{mart} order by all").fetchall()

    def _build(self, node: Row, changes: Changes, runs_in_slice: int | None) -> None:
        sql, relation = _filled(node["sql"], changes), node["relation"]
        if changes.is_whole and node["materialized"] != "table" and node["rebuilds"] and not self._is_forgotten:
            self.con.execute("delete from ops.publications; delete from ops.rebuilt")
            self._is_forgotten = True  # and a whole build writes nothing there
        if node["materialized"] == "view":
            self.con.execute(f"create or replace view {relation} as {sql}")
        elif changes.is_whole and "days" in node["rebuilds"] and "changed_in" not in node["rebuilds"]:
            before, after = node["rebuilds"]["days"]
            slices = self._slices(after - before + 1, runs_in_slice)
            for number, (first, last) in enumerate(slices):
                if len(slices) > 1:
                    self.con.execute(f"set variable touched_from = {first} - ({before})")
                    self.con.execute(f"set variable touched_to = {last} - ({after})")
                how = f"insert into {relation} by name" if number else f"create or replace table {relation} as"
                self.con.execute(f"{how} {sql}")
            if len(slices) > 1:
                self.con.execute("reset variable touched_from; reset variable touched_to")
        elif changes.is_whole or node["materialized"] == "table":
            self.con.execute(f"create or replace table {relation} as {sql}")
        else:
            self.con.execute(f"create or replace temp table rebuilt as {sql}")
            self._record(node, condition := _condition(node["rebuilds"], changes))
            self.con.execute(f"delete from {relation} where {condition}")
            self.con.execute(f"insert into {relation} by name (from rebuilt); drop table rebuilt")

    def _record(self, node: Row, condition: str) -> None:
        key, views = node["rebuilds"]["rebuilt_by"], [node for node in self._part.values() if _is_shown(node)]
        shown = [node, *(view for view in views if node["key"] in view["parents"])]
        if marts := [one["name"] for one in shown if one["relation"].startswith("marts.")]:
            self.con.execute(
                f"insert into ops.rebuilt (mart, key_name, key_value) select unnest({marts}), '{key}', {key} from ("
                f"select {key} from {node['relation']} where {condition} "
                f"union select {key} from rebuilt union select null)"
            )

    def _slices(self, shortest: int, runs_in_slice: int | None) -> list[tuple[str, str]]:
        """First and last day of each, as SQL; as in `macros/dialect/build_in_slices.sql` the outer ends are open."""
        if not runs_in_slice:
            return [(NO_END, NO_END)]
        first, last = self.con.execute("select min(event_date), max(event_date) from raw.events").fetchone()
        cuts = []
        if first:
            days = range(shortest * runs_in_slice, (last - first).days + 1, shortest * runs_in_slice)
            cuts = [f"date '{first + timedelta(days=number)}'" for number in days]
        return list(zip([NO_END, *cuts], [*(f"{cut} - 1" for cut in cuts), NO_END], strict=True))

    def _enter(self, table: str, batch_id: str, dates: Iterable[date], **instants: datetime) -> None:
        row = {"batch_id": batch_id, "event_dates": sorted(dates), "source_files": [], "rows_by_table": "{}"}
        row |= {"rows_read": 0, "accepted": 0, "quarantined": 0, "duplicates": 0} | instants
        if table == "batches":
            row |= {"landed_at": NOW, "derived": 0, "refused_by_reason": "{}"}
        self.con.execute(
            f"insert into ops.{table} ({', '.join(row)}) values ({', '.join('?' * len(row))})", list(row.values())
        )


def _is_shown(node: Row) -> bool:
    return bool(node["materialized"] == "view" and node["rebuilds"])


def _filled(sql: str, changes: Changes) -> str:
    """Compiled SQL with the dates and batches of one build in their places."""
    sql = SINCE.sub(lambda found: f">= {_since(changes, int(found[1]))}", sql)
    batches = ", ".join(f"'{batch}'" for batch in changes.batches) or "null"
    sql = sql.replace("'@batches'", batches)
    sql = sql.replace("'@backfilled'", ", ".join(f"date '{day}'" for day in changes.backfilled_dates) or "null")
    return TOUCHED.sub(lambda found: f"in ({_dates(changes, int(found[1]), int(found[2]), found[3])})", sql)


def _dates(changes: Changes, first: int, last: int, also: str) -> str:
    days = changes.touched_dates + (getattr(changes, also, ()) if also else ())
    wanted = {day + timedelta(days=distance) for day in days for distance in range(first, last + 1)}
    return ", ".join(f"date '{day}'" for day in sorted(wanted)) or "null"


def _since(changes: Changes, distance: int) -> str:
    if not changes.touched_dates:
        return "null"
    return f"date '{changes.touched_dates[0] - timedelta(days=distance)}'"


def _condition(rebuilds: Row, changes: Changes) -> str:
    column, conditions = rebuilds["rebuilt_by"], []
    if "days" in rebuilds:
        conditions.append(f"{column} in ({_dates(changes, *rebuilds['days'], rebuilds.get('also', ''))})")
    if "changed_in" in rebuilds:
        conditions.append(f"{column} in (select {column} from intermediate.{rebuilds['changed_in']})")
    told = f"({' or '.join(conditions)})"
    if "since" in rebuilds:
        told += f" and {rebuilds['since'][0]} >= {_since(changes, rebuilds['since'][1])}"
    return told

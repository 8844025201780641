"""A warehouse in memory that is loaded batch by batch and built as a run builds it, without dbt's start-up.

The tables of `raw`, `removed` and `ops` are the product's own, and so is what tells a build which days were touched.
The models' SQL is what dbt compiled; deleting the rows that a build makes anew, and recording which, is done here by
the same condition as dbt does it in `macros/dialect/materialize_incremental.sql` and `record_rebuilt.sql`.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb

from flows.checks.tombstones import Tombstones
from flows.erasure.erase import RAW_EVENTS
from flows.erasure.person import Person, Place, look_up
from flows.receipts import Changes
from flows.warehouse.duck_changes import settle, take_out, waiting
from flows.warehouse.duck_erase import erase
from flows.warehouse.duck_tables import prepare
from flows.warehouse.erasure import Erasure

Row = dict[str, Any]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TOUCHED = re.compile(r"in \('@dates:(-?\d+):(-?\d+):(\w*)'\)")
SINCE = re.compile(r">= '@dates:(\d+)'")
PART = {"touched_dates": "@dates", "pending_batches": ["@batches"]}


class Shop:
    """Batches in, batches out, people out, builds.

    `whole` and `part` are the project, compiled for all days and for some.
    """

    def __init__(self, whole: dict[str, Row], part: dict[str, Row]) -> None:
        self._whole, self._part = whole, part
        self.con = duckdb.connect()
        self.con.execute("attach ':memory:' as warehouse; use warehouse; set TimeZone = 'UTC'; set threads = 1")
        for schema in ("staging", "intermediate", "marts"):
            self.con.execute(f"create schema {schema}")
        prepare(self.con)
        self.marts = [
            node["name"] for node in whole.values() if node["kind"] == "model" and node["relation"].startswith("marts.")
        ]

    def load(self, batch_id: str, **rows: Iterable[Row]) -> None:
        """Append the rows of one batch, given by table."""
        dates = set()
        for table, given in rows.items():
            for row in given:
                names, values = list(row), list(row.values())
                self.con.execute(
                    f"insert into raw.{table} ({', '.join(names)}, batch_id, source_file) "
                    f"values ({', '.join('?' * len(names))}, ?, 'f')",
                    [*values, batch_id],
                )
                if table == "events":
                    dates.add(row["event_date"])
        self._enter("batches", batch_id, dates, loaded_at=NOW)

    def remove(self, batch_id: str) -> None:
        """Take a batch out again."""
        (dates,) = self.con.execute("select event_dates from ops.batches where batch_id = ?", [batch_id]).fetchone()
        take_out(self.con, batch_id)
        self.con.execute("delete from ops.batches where batch_id = ?", [batch_id])
        self._enter("removals", batch_id, dates, loaded_at=NOW, removed_at=NOW)

    def erase(self, user: str, with_shared_devices: bool) -> Person:
        """Forget a person; whose rows went."""
        place = Place(self._ask, RAW_EVENTS)
        person = look_up(user, [place], (), Tombstones("salt"), (), with_shared_devices=with_shared_devices)
        (earlier,) = self.con.execute("select count(*) from ops.erasures").fetchone()
        erase(self.con, Erasure(f"erasure{earlier}", user, NOW, [user], sorted(person.devices)))
        return person

    def build(self, *, publish: bool = True, until: int | None = None, whole: bool = False) -> None:
        """Build what the waiting batches touch. `until` ends it after so many models, as a kill would."""
        changes = Changes(is_whole=True) if whole else waiting(self.con, "models")
        nodes = self._whole if changes.is_whole else self._part
        if changes.is_whole:
            self.con.execute("delete from ops.settings where name = 'models'")
        models = [node for node in nodes.values() if node["kind"] == "model" and node["materialized"] != "ephemeral"]
        for node in models[:until]:
            self._build(node, changes)
        if publish and until is None:
            self.mark_built()

    def mark_built(self) -> None:
        """Remember that published marts hold all that there is."""
        batches = waiting(self.con, "models").batches
        for table in ("batches", "removals", "erasures"):
            self.con.execute(f"update ops.{table} set built_at = ? where built_at is null", [NOW])
        settle(self.con, batches)
        self.con.execute("delete from ops.settings where name = 'models'")
        self.con.execute("insert into ops.settings values ('models', 'models')")

    def rows(self, mart: str) -> list[tuple[Any, ...]]:
        return self.con.execute(f"from marts.{mart} order by all").fetchall()

    def _ask(self, sql: str, params: Row) -> list[Row]:
        answer = self.con.execute(sql, params)
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def _build(self, node: Row, changes: Changes) -> None:
        sql, relation = _filled(node["sql"], changes), node["relation"]
        if changes.is_whole and node["materialized"] != "table" and node["rebuilds"]:
            self.con.execute("delete from ops.publications; delete from ops.rebuilt")
        if node["materialized"] == "view":
            self.con.execute(f"create or replace view {relation} as {sql}")
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
        for mart in (one["name"] for one in shown if one["relation"].startswith("marts.")):
            self.con.execute(
                f"insert into ops.rebuilt (mart, key_name, key_value) select '{mart}', '{key}', {key} from ("
                f"select {key} from {node['relation']} where {condition} "
                f"union select {key} from rebuilt union select null)"
            )

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

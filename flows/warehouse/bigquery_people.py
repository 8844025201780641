"""Whose rows they are, on BigQuery. No job names an id, in its text or in its parameters: Google keeps both for half a
year. Ids are looked for by hashes, with a salt for each question."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flows.checks.forgotten import id_columns, rows_of
from flows.lake import is_dated
from flows.receipts import Counted
from flows.records import RECORDS
from flows.warehouse.bigquery_jobs import Jobs
from flows.warehouse.bigquery_tables import EVERY_DAY

_EVENTS = (
    f"(select user_id, anonymous_id from raw.events where {EVERY_DAY} "
    "union all select user_id, anonymous_id from removed.events)"
)


def hashed(column: str, salt: str = "once", letter: str = "") -> str:
    """SQL for the hash of an id, with the salt that is the parameter of that name."""
    between = f", '{letter}'" if letter else ""
    return f"to_hex(sha256(concat(@{salt}{between}, {column})))"


@dataclass(frozen=True)
class Hidden:
    """Ids as the parameters `@once`, `@users` and `@devices` of one script, for conditions on `hashed` columns."""

    users: Sequence[str] = field(repr=False, default=())
    devices: Sequence[str] = field(repr=False, default=())
    once: str = field(repr=False, default_factory=lambda: secrets.token_hex(16))

    @property
    def params(self) -> dict[str, Any]:
        return {"once": self.once, "users": self._hashes(self.users), "devices": self._hashes(self.devices)}

    def _hashes(self, ids: Sequence[str]) -> list[str]:
        return [hashlib.sha256(f"{self.once}{id}".encode("utf-8", "surrogatepass")).hexdigest() for id in ids]


def theirs(table: str) -> str:
    """SQL for whether a row of the table is one of the Hidden people's."""
    return rows_of(table, "unnest(@users)", "unnest(@devices)", of=hashed)


def devices_of(jobs: Jobs, user: str, salt: str, hashes: list[str]) -> set[str]:
    """See `Warehouse.devices_of`."""
    found = jobs.rows(
        f"select distinct anonymous_id from {_EVENTS} where anonymous_id is not null and "
        f"({hashed('user_id')} in unnest(@users) or {hashed('anonymous_id', 'salt', 'a:')} in unnest(@hashes))",
        Hidden([user]).params | {"salt": salt, "hashes": hashes},
    )
    return {row["anonymous_id"] for row in found}


def devices_of_others(jobs: Jobs, user: str, devices: list[str]) -> set[str]:
    """See `Warehouse.devices_of_others`."""
    found = jobs.rows(
        f"select distinct anonymous_id from {_EVENTS} "
        f"where {hashed('user_id')} not in unnest(@users) and {hashed('anonymous_id')} in unnest(@devices)",
        Hidden([user], devices).params,
    )
    return {row["anonymous_id"] for row in found}


@dataclass(frozen=True)
class Found:
    """People's rows by table and batch, and the days that those of events are on."""

    rows: Counted
    days: tuple[date, ...]


def count(jobs: Jobs, schema: str, people: Hidden) -> Found:
    """The people's rows in `raw` or `removed`, asked in one question."""
    asked = []
    for table in (table for table in RECORDS if id_columns(table)):
        day, every = ("event_date", f"{EVERY_DAY} and ") if is_dated(table) else ("cast(null as date)", "")
        asked.append(
            f"select '{table}' as table_name, batch_id, {day} as day, count(*) as number from {schema}.{table} "
            f"where {every}{theirs(table)} group by batch_id, day"
        )
    rows: Counted = {}
    days = set()
    for row in jobs.rows(f"{' union all '.join(asked)} order by table_name, batch_id, day", people.params):
        batches = rows.setdefault(row["table_name"], {})
        batches[row["batch_id"]] = batches.get(row["batch_id"], 0) + row["number"]
        days |= {row["day"]} - {None}
    return Found(rows, tuple(sorted(days)))

"""A person's rows leave `raw` on BigQuery in one transaction, as those of a removed batch do, for the models to find.

What the ledger is to say is worked out before, from questions.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from flows.lake import is_dated
from flows.receipts import Counted
from flows.warehouse.bigquery_backfill import DISTRUST
from flows.warehouse.bigquery_corrections import on_days
from flows.warehouse.bigquery_jobs import Jobs
from flows.warehouse.bigquery_people import Found, Hidden, count, theirs
from flows.warehouse.bigquery_tables import EVERY_DAY, insertion
from flows.warehouse.bigquery_turn import transaction, turn
from flows.warehouse.erased import CHANGED, Gone, Row, followed, touched, without_fate, without_quotes
from flows.warehouse.erasure import Erasure, RefusedPlace
from flows.warehouse.tables import OPS, raw_fields

# A place as one text: only the name of a file may hold a slash.
_PLACE = "concat(replay_of, '/', table_name, '/', cast(line as string), '/', source_file)"

_FAMILY = """
    select * from ops.batches
    where coalesce(replay_of, batch_id) in (
        select coalesce(replay_of, batch_id) from ops.batches where batch_id in unnest(@touched)
    )
"""

_DAYS = f"""
    select batch_id, event_date, count(*) as number from raw.events
    where {EVERY_DAY} and batch_id in unnest(@batches) and not {theirs("events")}
    group by batch_id, event_date
    order by batch_id, event_date
"""


def passed(jobs: Jobs, batches: Sequence[str]) -> list[RefusedPlace]:
    """See `Warehouse.passed`."""
    rows = jobs.rows(
        "select replay_of, table_name, source_file, line from ops.replays where replay_of in unnest(@batches) "
        "and replay_of not in (select batch_id from ops.batches where purged_at is not null) "
        "order by replay_of, table_name, source_file, line",
        {"batches": list(batches)},
    )
    return [RefusedPlace(**row) for row in rows]


def erase(jobs: Jobs, erasure: Erasure) -> Counted:
    """Move the rows from `raw` to `removed` under the erasure's own id, and let the ledger follow; rows by table and
    batch."""
    people, mine = Hidden(erasure.users, erasure.devices), turn(jobs)
    found = count(jobs, "raw", people)
    places = [f"{place.replay_of}/{place.table_name}/{place.line}/{place.source_file}" for place in erasure.passed]
    now = _ledger(jobs, erasure, found.rows, places, people)
    entered, entry = _entered(jobs, erasure, found)
    statements = [
        DISTRUST,
        *_moved(found),
        f"delete from ops.replays where {_PLACE} in unnest(@places);" if places else "",
        _SET if now else "",
        *without_quotes(),
        entered,
    ]
    given = people.params | entry | {"erasure": erasure.erasure_id, "places": places, "ledger": json.dumps(now)}
    transaction(jobs, mine, statements, given)
    return found.rows


def complete(jobs: Jobs, erasure_id: str, at: Any) -> None:
    """See `Warehouse.complete`."""
    done = "update ops.erasures set completed_at = @at where erasure_id = @erasure"
    jobs.run(done, {"at": at, "erasure": erasure_id})


def _moved(found: Found) -> list[str]:
    statements = []
    for table in found.rows:
        columns = [field.name for field in raw_fields(table)]
        taken = ", ".join("cast(@erasure as string)" if name == "batch_id" else name for name in columns)
        where = f"{theirs(table)}{on_days(found.days) if is_dated(table) else ''}"
        statements += [
            f"insert into removed.{table} ({', '.join(columns)}) select {taken} from raw.{table} where {where};",
            f"delete from raw.{table} where {where};",
        ]
    return statements


def _ledger(jobs: Jobs, erasure: Erasure, rows: Counted, places: Sequence[str], people: Hidden) -> list[Row]:
    """The rows of `ops.batches` that change, as JSON can tell them."""
    left: dict[str, int] = {}
    if places:
        told = (
            f"select batch_id, count(*) as number from ops.replays where {_PLACE} in unnest(@places) group by batch_id"
        )
        left = {row["batch_id"]: row["number"] for row in jobs.rows(told, {"places": list(places)})}
    batches = touched(erasure, rows, left)
    if not batches:
        return []
    days: dict[str, dict[date, int]] = {}
    if unknown := without_fate(erasure, batches):
        for row in jobs.rows(_DAYS, people.params | {"batches": unknown}):
            days.setdefault(row["batch_id"], {})[row["event_date"]] = row["number"]
    now = followed(jobs.rows(_FAMILY, {"touched": batches}), erasure, Gone(rows, left, days))
    return [
        {name: row[name] for name in ("batch_id", *CHANGED)} | {"event_dates": [str(day) for day in row["event_dates"]]}
        for row in now
    ]


def _entered(jobs: Jobs, erasure: Erasure, found: Found) -> tuple[str, dict[str, Any]]:
    """One row of `ops.erasures`, also of an erasure that is taken up again: a statement and its parameters."""
    earlier = jobs.rows(
        "select rows_by_table, event_dates, built_at from ops.erasures where erasure_id = @erasure",
        {"erasure": erasure.erasure_id},
    )
    rows = {table: sum(batches.values()) for table, batches in found.rows.items()}
    if not earlier:
        entry = {"erasure_id": erasure.erasure_id, "subject": erasure.subject, "erased_at": erasure.at}
        return insertion("erasures", entry | {"event_dates": list(found.days), "rows_by_table": json.dumps(rows)})
    if not rows:
        return "", {}
    (was,) = earlier
    for table, number in json.loads(was["rows_by_table"]).items():
        rows[table] = rows.get(table, 0) + number
    days = sorted({*found.days, *(was["event_dates"] if was["built_at"] is None else ())})
    return (
        "update ops.erasures set built_at = null, rows_by_table = @rows, "
        "event_dates = array(select cast(day as date) from unnest(@days) as day order by day) "
        "where erasure_id = @erasure;",
        {"rows": json.dumps(rows), "days": [str(day) for day in days]},
    )


def _value(name: str) -> str:
    """A column of `ops.batches` out of the JSON object `now`."""
    kind = next(field.bigquery for field in OPS["batches"] if field.name == name)
    if kind == "ARRAY<DATE>":
        return f"array(select cast(day as date) from unnest(json_value_array(now, '$.{name}')) as day order by day)"
    told = f"json_value(now, '$.{name}')"
    return told if kind == "STRING" else f"cast({told} as {kind.lower()})"


# All batches in one statement: each would cost a second, and parameters are counted.
_SET = f"""
    update ops.batches set {", ".join(f"{name} = {_value(name)}" for name in CHANGED)}
    from unnest(json_query_array(@ledger)) as now
    where batch_id = json_value(now, '$.batch_id');
"""

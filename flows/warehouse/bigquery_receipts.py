"""Receipts in BigQuery: the table `ops.receipts`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC

from flows.receipts import Receipt
from flows.warehouse.bigquery_jobs import Jobs
from flows.warehouse.files import chunks, utc_text
from flows.warehouse.tables import OPS

AT_ONCE = 500  # those of batches tell of every check: in a request of 10 MB each may have 20 kB

_KINDS = {field.name: field.bigquery for field in OPS["receipts"]}
_KEY = "concat(run_id, '/', step, '/', coalesce(batch_id, ''), '/', cast(unix_micros(started_at) as string))"
_INSERT = f"""
    insert into ops.receipts ({", ".join(_KINDS)})
    select {", ".join(_KINDS)}
    from (
        select {", ".join(f"cast(json_value(told, '$.{name}') as {kind}) as {name}" for name, kind in _KINDS.items())}
        from unnest(cast(@receipts as array<string>)) as told
    )
    where {_KEY} not in (select {_KEY} from ops.receipts where run_id in unnest(@runs))
"""


def record(jobs: Jobs, receipts: Iterable[Receipt]) -> None:
    """Append receipts, so many at a time. Those that are there already are left out, so that the same again, after a
    failure, appends each once."""
    told = list(receipts)
    runs = sorted({one.run_id for one in told})
    rows = [
        json.dumps(
            {**vars(one), "detail": json.dumps(one.detail, ensure_ascii=False, default=str)},
            ensure_ascii=False,
            default=utc_text,
        )
        for one in told
    ]
    for some in chunks(rows, AT_ONCE):
        jobs.run(_INSERT, {"receipts": some, "runs": runs})


def receipts(jobs: Jobs, run_id: str | None) -> list[Receipt]:
    """See `Warehouse.receipts`."""
    rows = jobs.rows(
        "select * from ops.receipts where @run = '' or run_id = @run "
        "order by timestamp_add(started_at, interval cast(round(seconds * 1000000) as int64) microsecond), step",
        {"run": run_id or ""},
    )
    return [
        Receipt(**{**row, "started_at": row["started_at"].replace(tzinfo=UTC), "detail": json.loads(row["detail"])})
        for row in rows
    ]

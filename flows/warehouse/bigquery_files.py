"""What became of each file, in BigQuery: the table `ops.files`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from flows.receipts import FileFate, Validated
from flows.warehouse.bigquery_jobs import Jobs
from flows.warehouse.files import FIELDS, as_json, chunks, columns, loaded_files

_TOLD = "unnest(cast(@files as array<string>)) as told"
_VALUE = "json_value(told, '$.{name}')"
_INSERT = f"insert into ops.files ({', '.join(FIELDS)}) select {columns('bigquery', _VALUE)} from {_TOLD};"
_KEY = ("sha256", "path", "batch_id")
_REPLACED = (
    f"delete from ops.files where concat({', '.join(f'coalesce({name}, {chr(39) * 2})' for name in _KEY)}) in "
    f"(select concat({', '.join(f'coalesce({_VALUE.format(name=name)}, {chr(39) * 2})' for name in _KEY)}) "
    f"from {_TOLD});"
)


def entering(validated: Validated, loaded_at: datetime) -> tuple[list[str], dict[str, Any]]:
    """Statements of the transaction that loads a batch, and their parameters: they write its files down, and those that
    were refused before are that no more. None for a replay, which has no files."""
    fates = loaded_files(validated, loaded_at)
    if not fates:
        return [], {}
    earlier = (
        "delete from ops.files where batch_id = @files_of or (verdict = 'refused' and sha256 in unnest(@contents));"
    )
    params = {"files_of": validated.batch.batch_id, "contents": [fate.sha256 for fate in fates]}
    return [earlier, _INSERT], params | {"files": as_json(fates)}


def note(jobs: Jobs, fates: Sequence[FileFate]) -> None:
    """See `Warehouse.note_files`."""
    for some in chunks(as_json(fates)):
        jobs.run(f"begin transaction;\n{_REPLACED}\n{_INSERT}\ncommit transaction;", {"files": some})


def rows(jobs: Jobs, marks: Sequence[str], contents: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The rows of `ops.files` that have one of these marks or sha256s."""
    for column, values in (("mark", marks), ("sha256", contents)):
        for some in chunks(values):
            yield from jobs.rows(
                f"select {', '.join(FIELDS)} from ops.files where {column} in unnest(@wanted)", {"wanted": some}
            )

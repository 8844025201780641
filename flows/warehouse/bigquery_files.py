"""What became of each file, in BigQuery: the table `ops.files`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from flows.receipts import FileFate, Validated
from flows.warehouse.bigquery_jobs import Jobs
from flows.warehouse.bigquery_load import batch_table, fill
from flows.warehouse.files import AT_ONCE, FIELDS, as_json, chunks, columns, loaded_files
from flows.warehouse.tables import Field

_GIVEN = "unnest(cast(@files as array<string>)) as told"
_VALUE = "json_value(told, '$.{name}')"
_INSERT = f"insert into ops.files ({', '.join(FIELDS)}) select {columns('bigquery', _VALUE)} from {{told}};"
_KEY = ("sha256", "path", "batch_id")
_REPLACED = (
    f"delete from ops.files where concat({', '.join(f'coalesce({name}, {chr(39) * 2})' for name in _KEY)}) in "
    f"(select concat({', '.join(f'coalesce({_VALUE.format(name=name)}, {chr(39) * 2})' for name in _KEY)}) "
    f"from {_GIVEN});"
)
_EARLIER = (
    "delete from ops.files where batch_id = @files_of or "
    f"(verdict = 'refused' and sha256 in (select {_VALUE.format(name='sha256')} from {{told}}));"
)
# A table of these rows in dataset `lake`: each with its place among the batch's files, and as JSON.
STAGED = (
    Field("place", "BIGINT", "INT64", "Its place among the batch's files.", True),
    Field("told", "VARCHAR", "STRING", "The row of `ops.files` as a JSON object.", True),
)


_WORD = 12
ASKED_AT_ONCE = 500_000  # words, in a request of 10 MB at most


@dataclass(frozen=True)
class Entering:
    """What enters the files of a batch: statements, their parameters, the names of the files as SQL where they are too
    many for a parameter, and the table of dataset `lake` that they are in then."""

    statements: tuple[str, ...] = ()
    params: dict[str, Any] = field(default_factory=dict)
    names: str = ""
    table: str = ""


def entering(jobs: Jobs, validated: Validated, loaded_at: datetime) -> Entering:
    """For the transaction that loads a batch: its files are written down, and those that were refused before are that
    no more. Nothing for a replay, which has no files."""
    fates = as_json(loaded_files(validated, loaded_at))
    if not fates:
        return Entering()
    params: dict[str, Any] = {"files_of": validated.batch.batch_id}
    if len(fates) <= AT_ONCE:
        statements = [text.format(told=_GIVEN) for text in (_EARLIER, _INSERT)]
        return Entering(tuple(statements), params | {"files": fates})
    table = _stage(jobs, validated.batch.batch_id, fates)
    names = f"array(select {_VALUE.format(name='name')} from lake.{table} order by place)"
    return Entering(tuple(text.format(told=f"lake.{table}") for text in (_EARLIER, _INSERT)), params, names, table)


def _stage(jobs: Jobs, batch_id: str, fates: Sequence[str]) -> str:
    table = batch_table("files", batch_id, "\n".join(fates))
    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        file = f"{folder}/files.parquet"
        rows = "select unnest(range(len($fates))) as place, unnest($fates) as told"
        connection.execute(f"copy ({rows}) to '{file}' (format parquet)", {"fates": list(fates)})
        fill(jobs, table, STAGED, [file], len(fates), "files")
    return table


def note(jobs: Jobs, fates: Sequence[FileFate]) -> None:
    """See `Warehouse.note_files`."""
    for some in chunks(as_json(fates)):
        jobs.run(
            f"begin transaction;\n{_REPLACED}\n{_INSERT.format(told=_GIVEN)}\ncommit transaction;", {"files": some}
        )


def rows(jobs: Jobs, marks: Sequence[str], contents: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The rows of `ops.files` that have one of these marks or sha256s.

    Each question reads the table in full, so that there is one for most inboxes: it has a short word for each value.
    """
    for column, values in (("mark", marks), ("sha256", contents)):
        for some in chunks(values, ASKED_AT_ONCE):
            wanted = set(some)
            found = jobs.rows(
                f"select {', '.join(FIELDS)} from ops.files "
                f"where substr(to_hex(md5({column})), 1, {_WORD}) in unnest(split(@wanted, ' '))",
                {"wanted": " ".join(map(_word, some))},
            )
            yield from (row for row in found if row[column] in wanted)  # words of two values may be the same


def _word(value: str) -> str:
    return hashlib.md5(value.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()[:_WORD]

"""What became of each file, in DuckDB: the table `ops.files`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from duckdb import DuckDBPyConnection

from flows.receipts import FileFate, Validated
from flows.warehouse.files import FIELDS, as_json, chunks, columns, loaded_files

_TOLD = "(select unnest(?::json[]) as told)"
_VALUE = "json_extract_string(told, '$.{name}')"
_INSERT = f"insert into ops.files ({', '.join(FIELDS)}) select {columns('duckdb', _VALUE)} from {_TOLD}"


def enter(connection: DuckDBPyConnection, validated: Validated, loaded_at: datetime) -> None:
    """Write down a batch's files, in the transaction that loads it; those that were refused before are that no more."""
    fates = loaded_files(validated, loaded_at)
    connection.execute(
        "delete from ops.files where batch_id = ? or (verdict = 'refused' and sha256 in (select unnest(?)))",
        [validated.batch.batch_id, [fate.sha256 for fate in fates]],
    )
    if fates:
        connection.execute(_INSERT, [as_json(fates)])


def note(connection: DuckDBPyConnection, fates: Sequence[FileFate]) -> None:
    """See `Warehouse.note_files`."""
    if not fates:
        return
    key = ", ".join(f"coalesce({_VALUE.format(name=name)}, '')" for name in ("sha256", "path", "batch_id"))
    connection.execute(
        f"delete from ops.files where (sha256, path, coalesce(batch_id, '')) in (select ({key}) from {_TOLD})",
        [as_json(fates)],
    )
    connection.execute(_INSERT, [as_json(fates)])


def rows(connection: DuckDBPyConnection, marks: Sequence[str], contents: Sequence[str]) -> Iterator[tuple[object, ...]]:
    """The rows of `ops.files` that have one of these marks or sha256s, in the order of FIELDS."""
    for column, values in (("mark", marks), ("sha256", contents)):
        for some in chunks(values):
            yield from connection.execute(
                f"select {', '.join(FIELDS)} from ops.files where {column} in (select unnest(?))", [some]
            ).fetchall()

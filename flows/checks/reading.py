"""The files of a batch as one view per table, with one row for every row that was read, judged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from flows.checks.groups import Group, Schema, parquet_groups, text_groups
from flows.checks.staging import Staged, Unreadable, stage
from flows.checks.terms import Terms
from flows.checks.workshop import Workshop
from flows.lake import is_dated
from flows.receipts import Batch, SourceFile
from flows.records import RECORDS, columns
from flows.sources import FORMATS
from flows.sources.files import as_pattern
from flows.sources.sql import listed, quoted

VERDICT = ("file", "row_number", "is_accepted", "flaw", "told", "raw")


@dataclass(frozen=True)
class Opened:
    """The files that can be read: text as it was staged, Parquet with its schema, each by its place in the batch.
    `refused` are the others, with what is wrong with them."""

    staged: Mapping[int, Staged]
    schemas: Mapping[int, Schema]
    refused: Mapping[int, str]


@dataclass(frozen=True)
class Table:
    """One table's rows. The view of this name has the record's columns, `event_date` where the table has days, and the
    VERDICT: `file` is the place in the batch's files, `row_number` counts from 1 the rows of that file.

    `headers` are the columns of the files that have them, by the file's place, as they are named there.

    `rows_read` counts every row, those included that are in no view because they could not be told apart into fields.
    """

    name: str
    rows_read: int
    groups: tuple[Group, ...]
    staged: Mapping[int, Staged]
    headers: Mapping[int, tuple[str, ...]]


def open_files(shop: Workshop, batch: Batch, terms: Terms) -> Opened:
    """Reads every text file, and of every Parquet file what its footer says."""
    staged, schemas, refused = {}, {}, {}
    for position, file in enumerate(batch.files):
        try:
            if FORMATS[file.format].given:
                staged[position] = stage(shop, file, terms, position)
            else:
                schemas[position] = _schema(shop, file)
        except Unreadable as error:
            refused[position] = unreadable(str(error))
    return Opened(staged, schemas, refused)


def tables_of(shop: Workshop, batch: Batch, opened: Opened, terms: Terms) -> tuple[Table, ...]:
    """One Table, and the view of its name, for each table that the batch has files of."""
    tables = []
    for name in RECORDS:
        groups = text_groups(shop, name, opened.staged)
        groups += parquet_groups(shop, name, batch, opened.schemas, terms)
        if groups:
            wanted = ", ".join(columns_of(name) + VERDICT)
            union = " union all ".join(f"select {wanted} from {group.view}" for group in groups)
            shop.connection.execute(f"create temp view {name} as {union}")
            staged = {at: text for at, text in opened.staged.items() if text.file.table == name}
            headers = {at: text.text.columns for at, text in staged.items() if text.text.columns}
            headers |= {at: tuple(column for column, _ in schema) for at, schema in opened.schemas.items()}
            typed = [batch.files[at].path for at in opened.schemas if batch.files[at].table == name]
            rows = sum(text.rows + text.flawed for text in staged.values()) + _rows(shop, typed)
            tables.append(Table(name, rows, tuple(groups), staged, headers))
    return tuple(tables)


def columns_of(table: str) -> tuple[str, ...]:
    """The columns of a table's rows as they are accepted, before the batch and the file are added."""
    own = tuple(column.name for column in columns(RECORDS[table]))
    return (*own, "event_date") if is_dated(table) else own


def _schema(shop: Workshop, file: SourceFile) -> Schema:
    query = f"describe select * from read_parquet({quoted(as_pattern(file.path))}, hive_partitioning = false)"
    try:
        return tuple((name, type) for name, type, *_ in shop.connection.execute(query).fetchall())
    except duckdb.Error as error:
        raise shop.fault(error) or Unreadable(first_line(error)) from error


def _rows(shop: Workshop, paths: list[str]) -> int:
    """Rows of Parquet files, as their footers say."""
    if not paths:
        return 0
    return shop.count(f"select sum(num_rows) from parquet_file_metadata({listed(as_pattern(path) for path in paths)})")


def unreadable(why: str) -> str:
    """What is said of a file of which that is so."""
    return f"cannot be read to its end: {why}"


def first_line(error: duckdb.Error) -> str:
    """What DuckDB says, without the kind of its error."""
    return re.sub(r"^[\w ]+(Error|Exception): ", "", str(error).splitlines()[0])

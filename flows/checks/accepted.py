"""Accepted rows on their way into the lake, as Parquet files that are still to be renamed into their places."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from flows.checks.reading import Table, columns_of
from flows.checks.terms import Terms
from flows.checks.workshop import Workshop
from flows.lake import Lake, is_dated
from flows.receipts import Batch
from flows.records import RECORDS, columns
from flows.sources import FORMATS
from flows.sources.files import as_pattern
from flows.sources.sql import listed, quoted

# Snappy: zstd takes a third less room for a seventh more time. No bloom filters, and no dictionary for columns of more
# than a thousand values: nobody looks up single rows here, and both cost time.
PARQUET = "format parquet, compression snappy, write_bloom_filter false, dictionary_size_limit 1000"


@dataclass(frozen=True)
class Written:
    """Rows of one table: those of its own files and those derived from others; and the files, each with its place."""

    accepted: int = 0
    derived: int = 0
    rows_by_date: dict[date, int] = field(default_factory=dict)
    places: tuple[tuple[Path, Path], ...] = ()


def write_accepted(
    shop: Workshop, lake: Lake, name: str, tables: tuple[Table, ...], batch: Batch, terms: Terms
) -> Written:
    """Writes the accepted rows of the table `name`, and those that other tables' rows tell of it, to the workshop."""
    sources, derived = _sources(shop, name, tables, batch)
    if not sources:
        return Written()
    columns = ", ".join(_as_kept(column, name, terms) for column in columns_of(name))
    query = f"select {columns}, {quoted(batch.batch_id)} as batch_id, source_file from ({' union all '.join(sources)})"
    path = shop.path(f"{name}.parquet")
    rows = shop.count(f"copy ({query}) to {quoted(str(path))} ({PARQUET})")
    places = tuple(zip([path], lake.accepted_files(name, batch.batch_id), strict=True)) if rows else ()
    return Written(rows - derived, derived, _rows_by_date(shop, path) if is_dated(name) else {}, places)


def _as_kept(column: str, table: str, terms: Terms) -> str:
    is_instant = any(own.name == column and own.kind.duckdb == "TIMESTAMP" for own in columns(RECORDS[table]))
    return f"{column}::{terms.instant} as {column}" if is_instant else column


def _sources(shop: Workshop, name: str, tables: tuple[Table, ...], batch: Batch) -> tuple[list[str], int]:
    """Queries for the table's own rows and for those derived for it, and the number of the latter."""
    wanted = ", ".join(columns_of(name))
    named = f"{listed(file.name for file in batch.files)}[file + 1] as source_file"
    own = [f"select {wanted}, {named} from {name}_single" for table in tables if table.name == name]
    derived = [
        FORMATS[group.format].derives[name].format(events=f"(select *, {named} from {group.view} where is_accepted)")
        for table in tables
        for group in table.groups
        if name in FORMATS[group.format].derives
    ]
    if not derived:
        return own, 0
    shop.connection.execute(f"create temp table {name}_derived as {' union all '.join(derived)}")
    return [*own, f"select {wanted}, source_file from {name}_derived"], shop.count(
        f"select count(*) from {name}_derived"
    )


def _rows_by_date(shop: Workshop, path: Path) -> dict[date, int]:
    rows = f"read_parquet({quoted(as_pattern(path))}, hive_partitioning = false)"
    days = f"select event_date, count(*) from {rows} group by event_date order by event_date"
    return dict(shop.connection.execute(days).fetchall())

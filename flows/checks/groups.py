"""Files that one query reads: staged text of one format, or Parquet files of the same columns and types."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flows.checks.judged import judged
from flows.checks.staging import Staged
from flows.checks.terms import Terms
from flows.checks.workshop import Workshop
from flows.receipts import Batch
from flows.records import RECORDS
from flows.sources import parquet
from flows.sources.files import as_pattern
from flows.sources.sql import listed

Schema = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Group:
    """`view` has a row for each row of the files, judged: the columns of their table's view, and what the format
    carries beside. `positions` are the files' places in the batch."""

    view: str
    format: str
    positions: tuple[int, ...]


def text_groups(shop: Workshop, table: str, staged: Mapping[int, Staged]) -> list[Group]:
    """The staged files of each format as a view."""
    by_format: dict[str, list[int]] = defaultdict(list)
    for position, text in staged.items():
        if text.file.table == table:
            by_format[text.file.format].append(position)
    groups = []
    for format, positions in by_format.items():
        files = listed(as_pattern(staged[position].path) for position in positions)
        query = (
            f"select *, {_place(positions)} as file, file_row_number + 1 as row_number "
            f"from read_parquet({files}, hive_partitioning = false)"
        )
        groups.append(_group(shop, f"{table}_{format}", format, positions, query))
    return groups


def parquet_groups(
    shop: Workshop, table: str, batch: Batch, schemas: Mapping[int, Schema], terms: Terms
) -> list[Group]:
    """The Parquet files of each schema as a view that judges them as it reads them."""
    by_schema: dict[Schema, list[int]] = defaultdict(list)
    for position, schema in schemas.items():
        if batch.files[position].table == table:
            by_schema[schema].append(position)
    groups = []
    for number, (schema, positions) in enumerate(by_schema.items()):
        given = parquet.given([batch.files[position].path for position in positions], schema, RECORDS[table])
        place = {"file": _place(positions), "row_number": "file_row_number + 1"}
        query = judged(given, RECORDS[table], terms.latest, terms.zone, place)
        groups.append(_group(shop, f"{table}_parquet_{number}", "parquet", positions, query))
    return groups


def _group(shop: Workshop, view: str, format: str, positions: Sequence[int], query: str) -> Group:
    shop.connection.execute(f"create temp view {view} as {query}")
    return Group(view, format, tuple(positions))


def _place(positions: Sequence[int]) -> str:
    """The file's place in the batch, from its place in the query."""
    return f"[{', '.join(str(position) for position in positions)}][file_index::bigint + 1]"

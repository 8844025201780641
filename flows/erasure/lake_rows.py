"""Accepted rows in the lake: which files hold any of a person's, and the same files without them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flows.checks.accepted import PARQUET
from flows.checks.forgotten import THEIRS, id_columns, rows_of
from flows.checks.placing import place
from flows.checks.workshop import Workshop
from flows.disk import to_disk
from flows.erasure.person import Person
from flows.lake import Lake
from flows.receipts import Counted
from flows.records import RECORDS
from flows.sources.files import as_pattern
from flows.sources.sql import listed, quoted


def ids_of(person: Person, table: str) -> dict[str, list[str]]:
    """The parameters of a condition on the table's rows that stands on THEIRS."""
    ids = {"users": [person.user]}
    return ids | {"devices": sorted(person.devices)} if "anonymous_id" in id_columns(table) else ids


def relation(paths: list[Path], *, is_numbered: bool = False) -> str:
    """The rows of Parquet files, `filename` among their columns, and `file_row_number` where it is wanted."""
    files = listed(as_pattern(path) for path in paths)
    number = ", file_row_number = true" if is_numbered else ""
    return f"read_parquet({files}, hive_partitioning = false, filename = true{number})"


def files_of(lake: Lake, table: str) -> list[Path]:
    """All files of a table's accepted rows, also of batches that were never loaded."""
    return sorted(lake.accepted(table).rglob("*.parquet"))


def count(shop: Workshop, lake: Lake, person: Person) -> Counted:
    """The person's accepted rows, by table and batch. Reads the columns that say who it was."""
    found: Counted = {}
    for table in RECORDS:
        if id_columns(table) and (paths := files_of(lake, table)):
            rows = shop.connection.execute(
                f"select filename, count(*) from {relation(paths)} where {rows_of(table, *THEIRS)} group by filename",
                ids_of(person, table),
            ).fetchall()
            if rows:
                found[table] = {Path(path).stem: number for path, number in rows}
    return found


def _source_files(shop: Workshop, paths: list[Path], condition: str, params: Mapping[str, object]) -> set[str]:
    """Names of the source files that these rows came from."""
    names = f"select distinct source_file from {relation(paths)} where {condition}"
    return {name for (name,) in shop.connection.execute(names, params).fetchall()}


def sources(shop: Workshop, lake: Lake, person: Person) -> set[str]:
    """Names of the source files that accepted rows of the person came from: they hold them still."""
    found: set[str] = set()
    for table in RECORDS:
        if id_columns(table) and (paths := files_of(lake, table)):
            found |= _source_files(shop, paths, rows_of(table, *THEIRS), ids_of(person, table))
    return found


def take_out(shop: Workshop, lake: Lake, person: Person, counted: Counted) -> None:
    """Write each of these files anew without the person's rows, in the same order, and put it in the old one's place.

    A file of which nothing is left is removed. A kill leaves each file as it was or as it is to be. In a bucket an
    object is overwritten in one step; who is killed before that has the old one there, and is given it again.
    """
    shop.connection.execute("set preserve_insertion_order = true")
    for table, batches in counted.items():
        for batch_id in batches:
            for path in lake.accepted_files(table, batch_id):
                draft = shop.path(path.name)
                rows = shop.connection.execute(
                    f"copy (select * exclude (filename) from {relation([path])} where not {rows_of(table, *THEIRS)}) "
                    f"to {quoted(str(draft))} ({PARQUET})",
                    ids_of(person, table),
                ).fetchall()[0][0]
                replace_or_remove(lake, draft, path, rows)


def replace_or_remove(lake: Lake, draft: Path, path: Path, rows: int) -> None:
    """Put the draft in the file's place, or remove both where it has no rows; in the lake's bucket, too."""
    if rows:
        place([(draft, path)])
        lake.keep([path])
    else:
        draft.unlink()
        path.unlink()
        to_disk(path.parent)
        lake.drop([path])


def paths_of(lake: Lake, taken: Mapping[str, Counted]) -> list[Path]:
    """The files that an erasure has taken rows out of, as its journal names them."""
    accepted, quarantine = taken.get("lake", {}), taken.get("quarantine", {})
    found = [path for table, rows in accepted.items() for id in rows for path in lake.accepted_files(table, id)]
    return [*found, *(lake.quarantine(table, id) for table, rows in quarantine.items() for id in rows)]

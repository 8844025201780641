"""Rows that are still a person's: asked of every table with an id, in warehouse, serving copies and lake."""

from __future__ import annotations

from collections.abc import Iterator

from flows import serving
from flows.checks.tombstones import Tombstones
from flows.checks.workshop import Workshop
from flows.erasure import lake_rows, refused_rows, refused_texts
from flows.erasure.person import Person
from flows.lake import Lake
from flows.records import RECORDS
from flows.settings import Settings
from flows.sources.sql import quoted
from flows.warehouse.erasure import ID_COLUMNS, Hashes


def wanted(person: Person, tombstones: Tombstones) -> Hashes:
    """The person's ids, and the devices that a tombstone names."""
    subject = tombstones.of_user(person.user)
    known = tombstones.of(subject)
    devices = {*(known.devices if known else ()), *(tombstones.of_device(id) for id in person.devices)}
    return Hashes(tombstones.salt, [subject], sorted(devices))


def in_files(shop: Workshop, settings: Settings, hashes: Hashes) -> Iterator[tuple[str, int]]:
    """Place and rows for the warehouse's file and each serving copy, also of a home that has left DuckDB; nobody may
    hold the warehouse meanwhile."""
    for path in (settings.warehouse_path, *serving.versions(settings)):
        if not path.exists():
            continue
        shop.connection.execute(f"attach {quoted(str(path))} as searched (read_only)")
        try:
            yield str(path.relative_to(settings.home)), sum(_in_tables(shop, hashes))
        finally:
            shop.connection.execute("detach searched")


def _in_tables(shop: Workshop, hashes: Hashes) -> Iterator[int]:
    tables = shop.connection.execute(
        "select schema_name, table_name, list(column_name) from duckdb_columns() semi join duckdb_tables() "
        "using (database_name, schema_name, table_name) where database_name = 'searched' "
        f"and column_name in ({', '.join(map(quoted, ID_COLUMNS))}) group by all order by all"
    ).fetchall()
    for schema, table, columns in tables:
        relation = f'searched.{schema}."{table}"'

        def is_among(column: str, letter: str, wanted: list[str], relation: str = relation) -> str:
            found = ", ".join(map(quoted, wanted)) or "null"
            return (
                f"{column} in (select {column} from (select distinct {column} from {relation}) "
                f"where sha256({quoted(hashes.salt + letter)} || {column}) in ({found}))"
            )

        for condition in hashes.conditions(columns, is_among):
            yield shop.count(f"select count(*) from {relation} where {condition}")


def in_lake(shop: Workshop, lake: Lake, person: Person, tombstones: Tombstones) -> Iterator[tuple[str, int]]:
    """Place and rows for the accepted and the refused rows."""
    accepted = lake_rows.count(shop, lake, person)
    yield "lake/accepted", sum(rows for batches in accepted.values() for rows in batches.values())
    refused = refused_rows.find(shop, lake, person, tombstones)
    yield "lake/quarantine", sum(map(len, refused.rows.values()))
    yield "texts of lake/quarantine", refused_texts.count(shop, lake, person)


def mentions(shop: Workshop, lake: Lake, person: Person) -> int:
    """Accepted rows of others that hold the letters of one of the ids, within a longer id or in a text."""
    pattern, found = "|".join(_escaped(id) for id in person.ids), 0
    for table in RECORDS:
        for path in lake_rows.files_of(lake, table):
            rows = lake_rows.relation([path])
            columns = shop.connection.execute(f"describe from {rows}").fetchall()
            texts = ", ".join(name for name, kind, *_ in columns if kind == "VARCHAR" and name != "filename")
            holds = f"select count(*) from {rows} where regexp_matches(concat_ws(chr(31), {texts}), $pattern)"
            found += shop.connection.execute(holds, {"pattern": pattern}).fetchall()[0][0]
    return found


def _escaped(id: str) -> str:
    return "".join(letter if letter.isalnum() else f"\\x{{{ord(letter):x}}}" for letter in id)

"""Rows that are still a person's: asked of every table with an id, in warehouse, serving copies and lake."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from flows import serving
from flows.checks.tombstones import Tombstones
from flows.checks.workshop import Workshop
from flows.erasure import lake_rows, refused_rows, refused_texts
from flows.erasure.person import Person
from flows.lake import Lake
from flows.settings import Settings
from flows.sources.sql import quoted


@dataclass(frozen=True)
class Wanted:
    """Hashes of the ids, so that devices are looked for whose ids nobody knows any more, and their salt."""

    salt: str
    users: list[str]
    devices: list[str] = field(default_factory=list)


def wanted(person: Person, tombstones: Tombstones) -> Wanted:
    """The person's ids, and the devices that a tombstone names."""
    subject = tombstones.of_user(person.user)
    known = tombstones.of(subject)
    devices = {*(known.devices if known else ()), *(tombstones.of_device(id) for id in person.devices)}
    return Wanted(tombstones.salt, [subject], sorted(devices))


def in_databases(shop: Workshop, settings: Settings, hashes: Wanted) -> Iterator[tuple[str, int]]:
    """Place and rows for the warehouse and each serving copy; nobody may hold the warehouse meanwhile."""
    for path in (settings.warehouse_path, *serving.versions(settings)):
        shop.connection.execute(f"attach {quoted(str(path))} as searched (read_only)")
        try:
            yield str(path.relative_to(settings.home)), sum(_in_tables(shop, hashes))
        finally:
            shop.connection.execute("detach searched")


def _in_tables(shop: Workshop, hashes: Wanted) -> Iterator[int]:
    tables = shop.connection.execute(
        "select schema_name, table_name, list(column_name) from duckdb_columns() semi join duckdb_tables() "
        "using (database_name, schema_name, table_name) where database_name = 'searched' "
        "and column_name in ('user_id', 'anonymous_id', 'visitor_id') group by all order by all"
    ).fetchall()
    for schema, table, columns in tables:
        relation = f'searched.{schema}."{table}"'
        yield from (
            shop.count(f"select count(*) from {relation} where {law}") for law in _laws(relation, columns, hashes)
        )


def _laws(relation: str, columns: list[str], hashes: Wanted) -> Iterator[str]:
    if "user_id" in columns:
        yield _is_among("user_id", "u:", relation, hashes.salt, hashes.users)
    if "anonymous_id" in columns:  # on a device that has another user by now, only nobody's rows are the person's
        nobody = "user_id is null and " if "user_id" in columns else ""
        yield nobody + _is_among("anonymous_id", "a:", relation, hashes.salt, hashes.devices)
    if "visitor_id" in columns:
        yield _is_among("visitor_id", "", relation, hashes.salt, [*hashes.users, *hashes.devices])


def _is_among(column: str, kind: str, relation: str, salt: str, hashes: list[str]) -> str:
    wanted = ", ".join(quoted(one) for one in hashes) or "null"
    return (
        f"{column} in (select {column} from (select distinct {column} from {relation}) "
        f"where sha256({quoted(salt + kind)} || {column}) in ({wanted}))"
    )


def in_lake(shop: Workshop, lake: Lake, person: Person, tombstones: Tombstones) -> Iterator[tuple[str, int]]:
    """Place and rows for the accepted and the refused rows."""
    accepted = lake_rows.count(shop, lake, person)
    yield "lake/accepted", sum(rows for batches in accepted.values() for rows in batches.values())
    refused = refused_rows.find(shop, lake, person, tombstones)
    yield "lake/quarantine", sum(map(len, refused.rows.values()))
    yield "texts of lake/quarantine", refused_texts.count(shop, lake, person)


def mentions(shop: Workshop, settings: Settings, person: Person) -> int:
    """Rows of others in `raw` that hold the letters of one of the ids, within a longer id or in a text."""
    found = 0
    pattern = "|".join(_escaped(id) for id in person.ids)
    shop.connection.execute(f"attach {quoted(str(settings.warehouse_path))} as searched (read_only)")
    try:
        for table, columns in shop.connection.execute(
            "select table_name, list(column_name) from duckdb_columns() where database_name = 'searched' "
            "and schema_name = 'raw' and data_type = 'VARCHAR' group by all"
        ).fetchall():
            text = f"concat_ws(chr(31), {', '.join(columns)})"
            found += shop.connection.execute(
                f"select count(*) from searched.raw.{table} where regexp_matches({text}, $pattern)",
                {"pattern": pattern},
            ).fetchall()[0][0]
    finally:
        shop.connection.execute("detach searched")
    return found


def _escaped(id: str) -> str:
    return "".join(letter if letter.isalnum() else f"\\x{{{ord(letter):x}}}" for letter in id)

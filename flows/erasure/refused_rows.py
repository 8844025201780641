"""Refused rows in the quarantine: which are a person's, by their fields where these can be told, else by any word."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import duckdb

from flows.checks.forgotten import fields_of, is_refused_row_of, written
from flows.checks.tombstones import Tombstone, Tombstones
from flows.checks.workshop import Workshop
from flows.erasure.lake_rows import relation, replace_or_remove
from flows.erasure.person import Person
from flows.lake import Lake
from flows.receipts import Counted
from flows.records import RECORDS
from flows.sources.sql import quoted
from flows.warehouse.erasure import RefusedPlace


@dataclass
class Found:
    """Refused rows of a person: their places in each file, how they were found, the files that they
    came from, and the devices that they tell of."""

    rows: dict[Path, list[int]] = field(default_factory=dict)
    matched: Counter[str] = field(default_factory=Counter)
    devices: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)

    @property
    def counted(self) -> Counted:
        found: Counted = {}
        for path, places in self.rows.items():
            found.setdefault(path.parent.name, {})[path.stem] = len(places)
        return found


def find(shop: Workshop, lake: Lake, person: Person, tombstones: Tombstones, *, in_all: bool = False) -> Found:
    """The person's refused rows. Only rows whose text holds one of the ids are looked at, unless `in_all` says that
    there may be devices of which only hashes are known, those of `tombstones`."""
    known = _stones(person, tombstones)
    found = Found()
    for table in RECORDS:
        for path in sorted(lake.quarantine(table, "*").parent.glob("*.parquet")):
            for place, source, format, raw, header in _rows(shop, path, None if in_all else _spellings(person)):
                fields = fields_of(format, raw, header)
                if how := is_refused_row_of(known, fields, raw):
                    found.rows.setdefault(path, []).append(place)
                    found.matched[how] += 1
                    found.sources.add(source)
                    if table == "events":
                        found.devices.update(written((fields or {}).get("anonymous_id")))
    return found


def take_out(shop: Workshop, lake: Lake, found: Found) -> None:
    """Write each of these files anew without those rows, as `lake_rows.take_out` does."""
    for path, places in found.rows.items():
        draft = shop.path(f"{path.stem}-refused.parquet")
        rows = shop.connection.execute(
            f"copy (select * exclude (filename, file_row_number) from {relation([path], is_numbered=True)} "
            f"where file_row_number not in (select unnest($places))) to {quoted(str(draft))} "
            "(format parquet, compression zstd)",
            {"places": places},
        ).fetchall()[0][0]
        replace_or_remove(lake, draft, path, rows)


def without_text(shop: Workshop, lake: Lake, places: Iterable[RefusedPlace]) -> list[RefusedPlace]:
    """Those of the places that the quarantine has no row of any more. Told by the files alone, so that an erasure that
    was cut off finds those of its earlier attempts, too."""
    gone: list[RefusedPlace] = []
    for (batch_id, table), group in groupby(places, key=lambda place: (place.replay_of, place.table_name)):
        path, kept = lake.quarantine(table, batch_id), set[tuple[str, int]]()
        if path.is_file():
            kept = {*shop.connection.execute(f"select source_file, line from {relation([path])}").fetchall()}
        gone += [place for place in group if (place.source_file, place.line) not in kept]
    return gone


def _stones(person: Person, tombstones: Tombstones) -> Tombstones:
    """The person's own, beside the devices that the earlier ones of the same person name."""
    subject = tombstones.of_user(person.user)
    earlier = tombstones.of(subject)
    devices = {*(earlier.devices if earlier else ()), *(tombstones.of_device(id) for id in person.devices)}
    since = earlier.since if earlier else None
    return Tombstones(tombstones.salt, (Tombstone(subject, since, tuple(devices)),))  # type: ignore[arg-type]


def _rows(shop: Workshop, path: Path, texts: list[str] | None) -> Iterator[tuple[int, str, str, str, str | None]]:
    names = {row[0] for row in shop.connection.execute(f"describe from {relation([path])}").fetchall()}
    header = "header" if "header" in names else "null"  # of files from before it was kept there is none
    where = "true" if texts is None else "list_bool_or(list_transform($texts, lambda text: contains(raw, text)))"
    reader: duckdb.DuckDBPyConnection = shop.connection.cursor().execute(
        f"select file_row_number, source_file, format, raw, {header} "
        f"from {relation([path], is_numbered=True)} where {where}",
        {} if texts is None else {"texts": texts},
    )
    while block := reader.fetchmany(1_000):
        yield from block


def _spellings(person: Person) -> list[str]:
    """How the ids can stand in a line of CSV or JSON."""
    found = set()
    for id in person.ids:
        found |= {id, id.replace('"', '""'), json.dumps(id)[1:-1], json.dumps(id, ensure_ascii=False)[1:-1]}
    return sorted(found)

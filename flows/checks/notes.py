"""Columns that no field knows: which they are, in which files, and what became of them."""

from __future__ import annotations

from collections import defaultdict

from flows.checks.groups import Group
from flows.checks.reading import Opened, Table
from flows.checks.workshop import Workshop
from flows.receipts import Batch
from flows.records import RECORDS, columns
from flows.records.kinds import Properties
from flows.sources import FORMATS
from flows.sources.csv import positions_of
from flows.sources.files import shown

SHOWN = 3  # files that a note names
MOST = 20  # columns that are noted one by one
LONGEST = 80  # characters of a column's name


def notes_on(shop: Workshop, batch: Batch, tables: tuple[Table, ...], opened: Opened) -> tuple[str, ...]:
    """One sentence for each unknown column of each table."""
    notes = []
    for table in tables:
        found: dict[str, set[int]] = defaultdict(set)
        for group in table.groups:
            for column, place in _unknown(shop, table, group, opened):
                found[column].add(place)
        fate = "folded into properties" if _has_properties(table) else "left out"
        for column in sorted(found)[:MOST]:
            names = sorted(shown(batch.files[place].name) for place in found[column])
            some = ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more files" if len(names) > SHOWN else "")
            name = shown(column if len(column) <= LONGEST else column[:LONGEST] + "…")
            notes.append(f"{table.name}: the column {name} is none of the record and was {fate} ({some})")
        if len(found) > MOST:
            notes.append(f"{table.name}: {len(found) - MOST} more unknown columns were {fate}")
    return tuple(notes)


def _unknown(shop: Workshop, table: Table, group: Group, opened: Opened) -> set[tuple[str, int]]:
    source = FORMATS[group.format]
    known = source.known or {column.name for column in columns(RECORDS[table.name])}
    if not source.given:
        headers = {place: [name for name, _ in opened.schemas[place]] for place in group.positions}
    elif source.is_csv:
        headers = {place: list(positions_of(opened.staged[place].text.columns)) for place in group.positions}
    else:
        keys = f"select distinct unnest(json_keys(extra_keys)), file from {group.view} where extra_keys is not null"
        return set(shop.connection.execute(keys).fetchall())
    return {(name, place) for place, names in headers.items() for name in names if name not in known}


def _has_properties(table: Table) -> bool:
    return any(isinstance(column.kind, Properties) for column in columns(RECORDS[table.name]))

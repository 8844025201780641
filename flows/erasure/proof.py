"""The proof that a person is gone: every table and every file is searched, and the receipt says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from flows.checks.manifest import manifests
from flows.checks.tombstones import Tombstones, read_tombstones
from flows.checks.workshop import Workshop, workshop
from flows.demo import demo_folder, demo_home
from flows.erasure import journal, lake_rows, remains, traces
from flows.erasure.person import Person
from flows.errors import ErasureIncomplete
from flows.lake import Lake
from flows.receipts import Erased
from flows.settings import Settings
from flows.warehouse import open_warehouse

SHOWN = 5
SOURCES = "source files and their backups were not touched: they hold what they held"


def prove(settings: Settings, person: Person, begun: Erased, copies_deleted: int = 0) -> Erased:
    """Search for the person in every table of the warehouse and every file below the home, which has what a lake's
    bucket has by then, and write the receipt of what was `begun`.

    Source files are not touched and not searched. Raises ErasureIncomplete, naming places and numbers, where anything
    is left: the receipt then says so and is not complete, and the same command can be given again.
    """
    lake = Lake.of(settings)
    found: dict[str, int] = {}
    tombstones = read_tombstones(lake) or Tombstones()
    hashes, notes = remains.wanted(person, tombstones), [SOURCES]
    lake.refresh()
    with open_warehouse(settings) as warehouse:
        found |= warehouse.remains(hashes)
        notes += [*warehouse.keeps(), *lake.keeps(lake_rows.paths_of(lake, begun.rows))]
    with workshop(settings, lake.staging) as shop:
        found |= dict(remains.in_files(shop, settings, hashes))
        found |= dict(remains.in_lake(shop, lake, person, tombstones))
        left = {place: number for place, number in found.items() if number}
        in_bytes = dict(_bytes(shop, settings, lake, person, begun.devices, notes))
        found |= {"bytes of files": sum(in_bytes.values())}
        left |= in_bytes
    at = None if left else datetime.now(UTC)
    erased = replace(
        begun,
        completed_at=begun.completed_at or at,
        copies_deleted=begun.copies_deleted + copies_deleted,
        remains=found,
        notes=tuple(notes),
        open_devices=begun.open_devices if left else (),
    )
    if left:
        journal.write(settings, replace(erased, completed_at=None))
        told = ", ".join(f"{place} ({number:,})" for place, number in list(left.items())[:SHOWN])
        more = f" and {len(left) - SHOWN} more places" if len(left) > SHOWN else ""
        raise ErasureIncomplete(
            f"the person was taken out, but is still found in {told}{more}: see docs/how_to/forget_a_person.md, "
            "and run the same command again"
        )
    if begun.completed_at:
        return begun
    with open_warehouse(settings) as warehouse:
        warehouse.complete(erased.erasure_id, erased.completed_at or datetime.now(UTC))
    journal.write(settings, erased)
    return erased


def _bytes(
    shop: Workshop, settings: Settings, lake: Lake, person: Person, devices: int, notes: list[str]
) -> Iterator[tuple[str, int]]:
    """Files that hold an id's bytes. In data files others may hold the same: a longer id, or a text that names it."""
    ids = person.ids
    if (forgotten := devices - len(person.devices)) > 0:
        notes.append(
            f"{forgotten} anonymous ids are known by their hashes only, since an earlier attempt: they were searched "
            "for in tables, not in the bytes of files"
        )
    if short := [id for id in ids if not traces.searchable(id)]:
        notes.append(
            f"{len(short)} of {len(ids)} ids are shorter than {traces.LONG} bytes and were not searched for in the "
            "bytes of data files: by queries only"
        )
    found = list(traces.traces(settings.home, ids, _sources(settings, lake)))
    if found and (others := remains.mentions(shop, lake, person)):
        notes.append(f"{others:,} rows of others hold the letters of an id: they are theirs, and stay")
        found = [(path, number) for path, number in found if path.suffix not in traces.DATA]
    for path, number in found:
        yield str(path.relative_to(settings.home)), number


def _sources(settings: Settings, lake: Lake) -> list[Path]:
    """Source files, which are the user's own, wherever they are: those below the home, and the demo shops'."""
    files = {Path(file.path) for told in manifests(lake) for file in told.batch.files}
    return [demo_folder(settings), demo_home(settings), *(path for path in files if path.is_relative_to(settings.home))]

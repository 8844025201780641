"""Refused rows through the checks again: those that pass become a batch of their own, the others stay."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from flows.checks.manifest import write_manifest
from flows.checks.placing import Draft, place, take_away
from flows.checks.reading import open_files
from flows.checks.terms import terms_of
from flows.checks.workshop import Workshop, workshop
from flows.errors import LedgerError
from flows.lake import Lake
from flows.quarantine.corrected import KEY, take_corrected
from flows.quarantine.files import Again, write_files
from flows.quarantine.unloaded import take_unloaded_away, unless_loaded
from flows.quarantine.waiting import Quarantine, open_quarantine
from flows.quarantine.wanted import Wanted
from flows.receipts import Batch, Replayed, ReplayedBatch, TableCount, Validated
from flows.settings import Settings
from flows.sources.files import as_pattern
from flows.sources.sql import listed, quoted
from flows.validate import written
from flows.warehouse import open_warehouse

NEVER_LOADED = "the batch is not in the warehouse: load its files with `shopflow run`"


def pass_again(settings: Settings, wanted: Wanted, corrected: Path | None = None) -> Replayed:
    """Judge the wanted rows that wait, by today's rules and as of the day on which they were landed; load what passes.

    `corrected` is a file of exported rows whose `raw` may have been changed: then only these are looked at. One batch
    is loaded for each batch that the rows were refused in, in one transaction with the note that they wait no longer;
    its id follows from the rows. So a process that is killed leaves each of them done or not begun, and who goes on
    does what is left. Raises SourceError, before anything is loaded, for a `corrected` that is none. To hold the home's
    lock is the caller's.
    """
    batches, stayed = [], Counter[str]()
    lake = Lake.of(settings)
    with open_warehouse(settings) as warehouse:
        take_unloaded_away(warehouse, lake)
    with workshop(settings, lake.staging) as shop, open_quarantine(settings, is_holder=True) as quarantine:
        if corrected:
            take_corrected(quarantine, corrected, shop.path("corrected.jsonl"))
        rows = _candidates(quarantine, wanted, has_corrections=corrected is not None)
        found = list(quarantine.query(f"select batch_id, is_loaded, count(*) as n from {rows} group by all order by 1"))
        for batch_id in (row["batch_id"] for row in found if row["is_loaded"]):
            if batch := _batch_again(settings, quarantine, rows, batch_id, stayed):
                batches.append(batch)
        not_loaded = sum(row["n"] for row in found if not row["is_loaded"])
        tried = sum(row["n"] for row in found)
        purged_at = quarantine.purged(wanted.batch)[1] if wanted.batch else None
    reasons = {**stayed, **({NEVER_LOADED: not_loaded} if not_loaded else {})}
    return Replayed(tuple(batches), tried - sum(batch.rows_read for batch in batches), reasons, purged_at)


def _candidates(quarantine: Quarantine, wanted: Wanted, *, has_corrections: bool) -> str:
    waiting = quarantine.rows(wanted)
    if not has_corrections:
        return f"(select *, false as is_corrected from {waiting})"
    keys = ", ".join(f'"{name}"' for name in KEY)
    return (
        "(select ours.* replace (theirs.raw as raw), theirs.raw <> ours.raw as is_corrected "
        f"from {waiting} as ours join corrected as theirs using ({keys}))"
    )


def _batch_again(
    settings: Settings, quarantine: Quarantine, rows: str, batch_id: str, stayed: Counter[str]
) -> ReplayedBatch | None:
    """The batch that the rows of `batch_id` make which pass; None if none does."""
    lake, of_batch = Lake.of(settings), f"where batch_id = {quoted(batch_id)}"
    quarantine.only(batch_id)
    (known,) = quarantine.query(f"select landed_at from loaded {of_batch}")
    with workshop(settings, lake.staging) as shop:
        again = write_files(
            shop.folder, quarantine.query(f'from {rows} {of_batch} order by "table", source_file, line'), batch_id
        )
        stayed.update(again.stayed)
        landed_at: datetime = known["landed_at"].replace(tzinfo=UTC)
        batch = Batch(again.digest, landed_at, again.files, replay_of=batch_id)
        draft = _judged(shop, lake, batch, settings, stayed)
        if draft is None:
            return None
        told, passed = draft.told, shop.path("passed.parquet")
        read = sum(count.rows_read for count in told.counts)
        if (noted := _note(shop, again, draft, passed)) != read:
            raise LedgerError(f"{read} rows of batch {batch_id} passed a replay, but {noted} can be found again")
        take_away(lake, batch.batch_id)
        with open_warehouse(settings) as warehouse, unless_loaded(warehouse, lake, batch.batch_id):
            place(draft.accepted)
            lake.keep(target for _, target in draft.accepted)
            write_manifest(lake, told, shop.path("manifest.json"))
            warehouse.load(told, lake, settings, passed=passed)
    counts = told.counts
    duplicates, erased = sum(count.duplicates for count in counts), sum(count.erased for count in counts)
    return ReplayedBatch(batch_id, batch.batch_id, read, read - duplicates - erased, duplicates, erased)


def _judged(shop: Workshop, lake: Lake, batch: Batch, settings: Settings, stayed: Counter[str]) -> Draft | None:
    """What the files' rows come to, told as a batch of those that pass; None where none does."""
    terms = terms_of(batch, settings)
    opened = open_files(shop, batch, terms) if batch.files else None
    if opened and opened.refused:
        stayed.update(opened.refused.values())
        files = tuple(file for at, file in enumerate(batch.files) if at not in opened.refused)
        return _judged(shop, lake, replace(batch, files=files), settings, stayed)
    if opened is None:
        return None
    draft = written(shop, lake, batch, opened, terms)
    stayed.update(draft.told.reasons)
    counts = tuple(
        TableCount(count.table, count.rows_read - count.quarantined, count.accepted, 0, count.duplicates, count.erased)
        for count in draft.told.counts
    )
    if not any(count.rows_read for count in counts):
        return None
    files = tuple(replace(file, path=file.name) for file in batch.files)
    told: Validated = replace(draft.told, batch=replace(batch, files=files), counts=counts, reasons={})
    return replace(draft, told=told)


def _note(shop: Workshop, again: Again, draft: Draft, target: Path) -> int:
    """Write to `target` which rows have passed, by their places in the quarantine; how many they are."""
    refused = [as_pattern(path) for path, _ in draft.quarantine]
    columns = "columns = {table_name: 'VARCHAR', source_file: 'VARCHAR', line: 'BIGINT', new_line: 'BIGINT'}"
    index = f"read_json({quoted(as_pattern(again.places))}, format = 'newline_delimited', {columns})"
    judged = listed(f"{file.table}/{file.name}" for file in draft.told.batch.files)
    stayed = (
        f"""and not exists (from read_parquet({listed(refused)}, hive_partitioning = false) as refused
        where refused."table" = table_name and refused.source_file = places.source_file and refused.line = new_line)"""
        if refused
        else ""
    )
    return shop.count(
        f"""copy (select table_name, source_file, line from {index} as places
        where list_contains({judged}, table_name || '/' || source_file) {stayed}) to {quoted(str(target))}"""
    )

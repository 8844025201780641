"""Validate: landed files in, accepted rows in the lake, refused rows in the quarantine, every row accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import duckdb

from flows.checks.accepted import write_accepted
from flows.checks.copies import fold_copies
from flows.checks.forgotten import leave_out
from flows.checks.limit import too_many_refused
from flows.checks.manifest import read_manifest, write_manifest
from flows.checks.notes import notes_on
from flows.checks.placing import Draft, place, take_away
from flows.checks.reading import Opened, open_files, tables_of
from flows.checks.refused import write_refused
from flows.checks.terms import Terms, terms_of
from flows.checks.tombstones import read_tombstones
from flows.checks.unusable import changed, damaged, without
from flows.checks.workshop import Workshop, workshop
from flows.lake import Lake
from flows.receipts import Batch, TableCount, Validated
from flows.records import RECORDS
from flows.settings import Settings


def validate(batch: Batch, settings: Settings) -> Validated:
    """Judges every row of the batch's files and puts each where it belongs; a batch that was done before is only told.

    Accepted rows go to the lake without their exact copies, refused ones to the quarantine with every reason against
    them, and last of all the manifest says that the batch is complete. A file that cannot be read to its end, or is not
    the one that was landed any more, is refused as a whole: the batch that comes back is the one that the other files
    make, with an id of its own. `refused_files` are those of this call, also of a batch that was done before.

    Raises TooManyRefused (the quarantine is written all the same), SourceError where no file can be read, StorageError
    where the disk is full or may not be written. After any failure nothing of the batch is accepted in the lake.

    >>> validate(land(["events.csv"], settings), settings).counts  # doctest: +SKIP
    (TableCount(table='events', rows_read=17435, accepted=17429, quarantined=1, duplicates=5),)
    """
    lake = Lake.of(settings)
    while (done := read_manifest(lake, batch.batch_id, settings.reporting_timezone)) is None:
        with workshop(settings, lake.staging) as shop:
            found = _judged(shop, lake, batch, settings)
            if isinstance(found, Draft):
                return _kept(found, shop, lake, settings)
        batch = without(batch, found)
    return replace(done, batch=replace(done.batch, files=batch.files, refused_files=batch.refused_files))


def _judged(shop: Workshop, lake: Lake, batch: Batch, settings: Settings) -> Draft | Mapping[int, str]:
    """The batch's rows, each file of them ready in the workshop; or else the files that are no use, as `without` takes
    them."""
    terms = terms_of(batch, settings)
    if refused := changed(batch.files):
        return refused
    try:
        opened = open_files(shop, batch, terms)
        found = opened.refused or written(shop, lake, batch, opened, terms)
    except Exception as error:  # a file that changes under the reader's hands can cause any error whatsoever
        refused = changed(batch.files) or (damaged(shop, batch.files) if isinstance(error, duckdb.Error) else {})
        if not refused:
            raise
        return refused
    return changed(batch.files) or found


def written(shop: Workshop, lake: Lake, batch: Batch, opened: Opened, terms: Terms) -> Draft:
    """Judges every row of the files, and writes accepted and refused ones to the workshop."""
    tables, tombstones = tables_of(shop, batch, opened, terms), read_tombstones(lake)
    duplicates = {table.name: fold_copies(shop, table) for table in tables}
    erased = {table.name: leave_out(shop, table, tombstones) for table in tables}
    passed = {name: write_accepted(shop, lake, name, tables, batch, terms) for name in RECORDS}
    left = {
        table.name: table.rows_read - passed[table.name].accepted - duplicates[table.name] - erased[table.name]
        for table in tables
    }
    refused = {table.name: write_refused(shop, table, batch, terms, left[table.name], tombstones) for table in tables}
    counts = tuple(
        TableCount(
            table.name,
            table.rows_read,
            passed[table.name].accepted,
            refused[table.name].rows,
            duplicates[table.name],
            erased[table.name] + refused[table.name].erased,
        )
        for table in tables
    )
    accepted = tuple(pair for rows in passed.values() for pair in rows.places)
    quarantine = tuple(
        (refusals.path, lake.quarantine(name, batch.batch_id)) for name, refusals in refused.items() if refusals.rows
    )
    told = Validated(
        batch=batch,
        counts=counts,
        event_dates=tuple(sorted({day for rows in passed.values() for day in rows.rows_by_date})),
        reasons={reason: rows for refusals in refused.values() for reason, rows in refusals.reasons.items()},
        derived={name: rows.derived for name, rows in passed.items() if rows.derived},
        bytes_written=sum(path.stat().st_size for path, _ in accepted + quarantine),
        notes=notes_on(shop, batch, tables, opened),
        reporting_timezone=str(terms.zone),
        events_by_date=passed["events"].rows_by_date,
    )
    return Draft(told, accepted, quarantine)


def _kept(draft: Draft, shop: Workshop, lake: Lake, settings: Settings) -> Validated:
    told, batch_id = draft.told, draft.told.batch.batch_id
    take_away(lake, batch_id)
    place(draft.quarantine)
    lake.keep(target for _, target in draft.quarantine)
    if error := too_many_refused(told.counts, told.reasons, settings, batch_id):
        raise error
    place(draft.accepted)
    lake.keep(target for _, target in draft.accepted)
    write_manifest(lake, told, shop.path("manifest.json"))
    return told

"""The manifests of batches that lost rows say so: told from what their files hold, so a kill in between is mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from flows.checks.manifest import manifests, write_manifest
from flows.checks.workshop import Workshop
from flows.erasure.lake_rows import relation
from flows.errors import LedgerError
from flows.lake import Lake, is_dated
from flows.quarantine.wanted import names_of_reasons
from flows.receipts import Counted, TableCount, Validated
from flows.sources.sql import quoted
from flows.warehouse.batch import rows_by_table
from flows.warehouse.erasure import Fate

Taken = Mapping[str, Counted]  # rows that erasures took, by place, table and batch


def batches_of(taken: Iterable[Taken]) -> set[str]:
    """All batches that are named there."""
    return {batch_id for one in taken for tables in one.values() for batches in tables.values() for batch_id in batches}


def settle(shop: Workshop, lake: Lake, batches: Collection[str], taken: Iterable[Taken]) -> dict[str, Fate]:
    """Bring the manifests of these batches up to their files: rows that these lack were erased, if `taken` has them.

    What became of each batch that has a manifest. Raises LedgerError, having written none, where a file lacks other
    rows than those: they were lost, and are not to be told as erased.
    """
    explained: Counter[tuple[str, str, str]] = Counter()
    for one in taken:
        for place, tables in one.items():
            explained.update({(place, table, id): n for table, rows in tables.items() for id, n in rows.items()})
    before = [told for told in manifests(lake) if told.batch.batch_id in batches]
    after = [_settled(shop, lake, told, explained) for told in before]
    for told, settled in zip(before, after, strict=True):
        if settled.counts != told.counts:
            write_manifest(lake, settled, shop.path("manifest.json"))
    return {told.batch.batch_id: _fate(told) for told in after}


def _settled(shop: Workshop, lake: Lake, told: Validated, explained: Counter[tuple[str, str, str]]) -> Validated:
    counts = tuple(_count(shop, lake, told, count, explained) for count in told.counts)
    if counts == told.counts:
        return told
    days = dict(day for count in counts for day in _days(shop, lake, count.table, told.batch.batch_id))
    reasons = told.reasons if told.purged_at else _reasons(shop, lake, told)
    return replace(told, counts=counts, event_dates=tuple(days), events_by_date=days, reasons=reasons)


def _fate(told: Validated) -> Fate:
    return Fate(
        told.batch.batch_id,
        sum(count.accepted for count in told.counts),
        sum(count.quarantined for count in told.counts),
        sum(count.erased for count in told.counts),
        rows_by_table(told),
        told.event_dates,
        told.reasons,
        told.events_by_date,
    )


def _count(
    shop: Workshop, lake: Lake, told: Validated, count: TableCount, explained: Counter[tuple[str, str, str]]
) -> TableCount:
    batch_id, table, derived = told.batch.batch_id, count.table, told.derived.get(count.table, 0)
    held = {}
    for place, files, wanted in (
        ("lake", lake.accepted_files(table, batch_id), count.accepted + derived),
        ("quarantine", [lake.quarantine(table, batch_id)], count.quarantined),
    ):
        if place == "quarantine" and told.purged_at:  # counted, and kept nowhere: whose rows they were nobody can tell
            held[place] = wanted
            continue
        held[place] = _rows(shop, files)
        if not 0 <= wanted - held[place] <= explained[place, table, batch_id]:
            missing = [file for file in files if not file.is_file()]
            told_of = f"the lake lacks {missing[0]}" if missing else f"{files[0]} has {held[place]} rows"
            raise LedgerError(
                f"{told_of}, but the manifest of batch {batch_id} says {wanted}, and no erasure took the others: bring "
                f"the file back, or take the batch out with `shopflow remove {batch_id}`; then forget again"
            )
    accepted, quarantined = held["lake"] - derived, held["quarantine"]
    gone = count.accepted + count.quarantined - accepted - quarantined
    return replace(count, accepted=accepted, quarantined=quarantined, erased=count.erased + gone)


def _rows(shop: Workshop, paths: list[Path]) -> int:
    found = [str(path) for path in paths if path.is_file()]
    return sum(shop.count(f"select count(*) from {relation([Path(path)])}") for path in found)


def _days(shop: Workshop, lake: Lake, table: str, batch_id: str) -> Iterator[tuple[date, int]]:
    paths = [path for path in lake.accepted_files(table, batch_id) if path.is_file()]
    if is_dated(table) and paths:
        days = f"select event_date, count(*) from {relation(paths)} group by event_date order by event_date"
        yield from shop.connection.execute(days).fetchall()


def _reasons(shop: Workshop, lake: Lake, told: Validated) -> dict[str, int]:
    found: Counter[str] = Counter()
    for count in told.counts:
        path = lake.quarantine(count.table, told.batch.batch_id)
        if path.is_file():
            reasons = f"select unnest({names_of_reasons(quoted(count.table))}) as reason from {relation([path])}"
            rows = shop.connection.execute(
                f"select reason, count(*) from ({reasons}) group by reason order by reason"
            ).fetchall()
            found.update(dict(rows))
    return dict(found)

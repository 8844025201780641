"""The manifests of batches that lost rows say so: told from what their files hold, so a kill in between is mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from flows.checks.manifest import manifests, write_manifest
from flows.checks.workshop import Workshop
from flows.erasure.lake_rows import relation
from flows.lake import Lake, is_dated
from flows.receipts import TableCount, Validated


@dataclass(frozen=True)
class Fate:
    """What a batch's manifest says of rows that were erased, for the warehouse's ledger to follow."""

    batch_id: str
    erased: int
    reasons: dict[str, int]


def settle(shop: Workshop, lake: Lake) -> list[Fate]:
    """Bring every manifest up to its files: rows that these lack were erased. Those of all batches that lost any."""
    fates = []
    for told in manifests(lake):
        counts = tuple(_count(shop, lake, told, count) for count in told.counts)
        if counts != told.counts:
            batch_id = told.batch.batch_id
            days = tuple(sorted({day for count in counts for day in _days(shop, lake, count.table, batch_id)}))
            told = replace(told, counts=counts, event_dates=days, reasons=_reasons(shop, lake, told))
            write_manifest(lake, told, shop.path("manifest.json"))
        if erased := sum(count.erased for count in told.counts):
            fates.append(Fate(told.batch.batch_id, erased, told.reasons))
    return fates


def _count(shop: Workshop, lake: Lake, told: Validated, count: TableCount) -> TableCount:
    batch_id, derived = told.batch.batch_id, told.derived.get(count.table, 0)
    accepted = _rows(shop, lake.accepted_files(count.table, batch_id)) - derived
    quarantined = _rows(shop, [lake.quarantine(count.table, batch_id)])
    gone = count.accepted + count.quarantined - accepted - quarantined
    return replace(count, accepted=accepted, quarantined=quarantined, erased=count.erased + gone)


def _rows(shop: Workshop, paths: list[Path]) -> int:
    found = [str(path) for path in paths if path.is_file()]
    return sum(shop.count(f"select count(*) from {relation([Path(path)])}") for path in found)


def _days(shop: Workshop, lake: Lake, table: str, batch_id: str) -> Iterator[date]:
    paths = [path for path in lake.accepted_files(table, batch_id) if path.is_file()]
    if is_dated(table) and paths:
        days = shop.connection.execute(f"select distinct event_date from {relation(paths)}").fetchall()
        yield from (day for (day,) in days)


def _reasons(shop: Workshop, lake: Lake, told: Validated) -> dict[str, int]:
    found: Counter[str] = Counter()
    for count in told.counts:
        path = lake.quarantine(count.table, told.batch.batch_id)
        if path.is_file():
            # A reason that a row has twice is counted once, as `Refusals` does.
            named = f"'{count.table}' || case when r.field <> '' then '.' || r.field else '' end || ': ' || r.reason"
            rows = shop.connection.execute(
                "select reason, count(*) from (select "
                f"unnest(list_distinct(list_transform(reasons, lambda r: {named}))) as reason from {relation([path])}"
                ") group by reason order by reason"
            ).fetchall()
            found.update(dict(rows))
    return dict(found)

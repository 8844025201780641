"""From a user's id to a lake and raw tables without the person. What is left to do then is a build and its publication.

The order makes it safe to be killed anywhere: the tombstone and the journal come first, so that nothing brings rows
back and the same command knows all devices again; then the lake, from which a warehouse may be made anew; then `raw`.
A lake in a bucket is written there file by file, in the same order: what counts is the bucket.
"""

from __future__ import annotations

import platform
from dataclasses import replace
from datetime import UTC, datetime

import duckdb

from flows import __version__
from flows.checks.tombstones import Tombstones, read_tombstones, write_tombstones
from flows.checks.workshop import Workshop, workshop
from flows.erasure import journal, lake_rows, manifests, refused_rows
from flows.erasure.person import Person, Place, look_up
from flows.errors import ShopflowError, UnknownPerson
from flows.lake import Lake
from flows.receipts import Counted, Erased
from flows.settings import Settings
from flows.warehouse import Warehouse, open_warehouse
from flows.warehouse.duck_people import Events
from flows.warehouse.erasure import Erasure


def find(settings: Settings, user: str, *, with_shared_devices: bool = False) -> Person:
    """The person behind a user id, by what lake, quarantine and raw tables tell. Changes nothing; of a lake in a bucket
    the home has what the bucket has afterwards. Raises ShopflowError for an empty id."""
    if not user.strip():
        raise ShopflowError("the user's id is empty: say whom to forget")
    lake = Lake.of(settings)
    lake.refresh()
    tombstones = read_tombstones(lake) or Tombstones()
    subject = tombstones.of_user(user)
    known, begun = tombstones.of(subject), _open_journal(settings, subject)
    hashes = {*(known.devices if known else ()), *(begun.open_devices if begun else ())}
    with workshop(settings, lake.staging) as shop, open_warehouse(settings) as warehouse:
        places: list[Place] = [warehouse]
        if files := lake_rows.files_of(lake, "events"):
            places.append(Events(shop.connection, lake_rows.relation(files)))
        refused = refused_rows.find(shop, lake, Person(user), tombstones, in_all=bool(hashes)).devices
        return look_up(user, places, refused, tombstones, hashes, with_shared_devices=with_shared_devices)


def erase(settings: Settings, person: Person) -> Erased:
    """Set the person's tombstone and take their rows out of quarantine, lake and `raw`.

    An erasure that was cut off is taken up again; where there is nothing to do, the last one is told. Raises
    UnknownPerson, having changed nothing, where there is neither a row nor a tombstone, and LedgerError, before a row
    is touched, where the lake has lost rows of a batch that the person is in. The caller holds the home's lock.

    >>> erase(settings, find(settings, "u1")).rows_in("raw")  # doctest: +SKIP
    412
    """
    lake, now = Lake.of(settings), datetime.now(UTC)
    generation = lake.generation(lake.tombstones)
    tombstones = read_tombstones(lake) or Tombstones()
    subject = tombstones.of_user(person.user)
    known, begun = tombstones.of(subject), _open_journal(settings, subject)
    with workshop(settings, lake.staging) as shop, open_warehouse(settings) as warehouse:
        refused = refused_rows.find(shop, lake, person, tombstones, in_all=begun is not None)
        rows = _count(shop, warehouse, lake, person, begun) | {"quarantine": refused.counted}
        if not any(rows.values()) and begun is None:
            if known is None:
                raise UnknownPerson("nobody of that id was ever seen in this home: nothing was changed")
            return last_of(settings, subject) or Erased(_name(subject, known.since), subject, known.since, known.since)
        open_journals = [one.rows for one in journal.unfinished(settings)]
        manifests.settle(shop, lake, manifests.batches_of([*open_journals, rows]), open_journals)  # or stop in time
        erased = _counted(begun or Erased(_name(subject, now), subject, now), rows, refused, person, tombstones)
        sources = {*erased.source_files, *refused.sources, *lake_rows.sources(shop, lake, person)}
        erased = replace(erased, kept_rows=_kept(warehouse, person), source_files=tuple(sorted(sources)))
        gone = {tombstones.of_device(device) for device in person.devices - person.shared}
        # First: in it is the salt of all hashes.
        write_tombstones(lake, tombstones.with_person(subject, gone, now), generation)
        journal.write(settings, erased)
        refused_rows.take_out(shop, lake, refused)
        lake_rows.take_out(shop, lake, person, rows["lake"])
        named = manifests.batches_of([*open_journals, erased.rows])
        fates = manifests.settle(shop, lake, named, [rows])
        passed = refused_rows.without_text(shop, lake, warehouse.passed(sorted(named)))
        devices = sorted(person.devices)
        warehouse.erase(Erasure(erased.erasure_id, subject, now, [person.user], devices, fates, passed))
        dates = warehouse.query("select event_dates from ops.erasures where erasure_id = ?", [erased.erasure_id])
    erased = replace(erased, event_dates=tuple(dates[0]["event_dates"]))
    journal.write(settings, erased)
    return erased


def last_of(settings: Settings, subject: str) -> Erased | None:
    """The person's erasure that is under way, or else the last one."""
    journals = journal.of_subject(settings, subject)
    return _open_journal(settings, subject) or (journals[-1] if journals else None)


def _open_journal(settings: Settings, subject: str) -> Erased | None:
    return next((one for one in journal.of_subject(settings, subject) if one.completed_at is None), None)


def _count(
    shop: Workshop, warehouse: Warehouse, lake: Lake, person: Person, begun: Erased | None
) -> dict[str, Counted]:
    """The person's rows in lake and warehouse. In `removed` are those of batches that were taken out and wait for their
    build, beside those that the erasure itself has put there before it was cut off."""
    found = {"lake": lake_rows.count(shop, lake, person)}
    for schema in ("raw", "removed"):
        found[schema] = warehouse.rows_of_people(schema, [person.user], sorted(person.devices))
    for batches in found["removed"].values() if begun else ():
        batches.pop(begun.erasure_id, None)  # type: ignore[union-attr]
    return found


def _name(subject: str, at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}-{subject[:8]}"


def _counted(
    erased: Erased, rows: dict[str, Counted], refused: refused_rows.Found, person: Person, tombstones: Tombstones
) -> Erased:
    return replace(
        erased,
        with_shared_devices=person.with_shared_devices,
        devices=max(erased.devices, len(person.devices)),
        shared_devices=max(erased.shared_devices, len(person.shared)),
        rows=journal.merged(erased.rows, {place: counted for place, counted in rows.items() if counted}),
        matched={how: max(n, erased.matched.get(how, 0)) for how, n in {**erased.matched, **refused.matched}.items()},
        versions={"shopflow": __version__, "duckdb": duckdb.__version__, "python": platform.python_version()},
        open_devices=tuple(sorted(tombstones.of_device(device) for device in person.devices)),
    )


def _kept(warehouse: Warehouse, person: Person) -> int:
    left = sorted(person.shared - person.devices)
    counted = warehouse.rows_of_people("raw", [], left) if left else {}
    return sum(counted.get("events", {}).values())

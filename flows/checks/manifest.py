"""The manifest of a batch: its Validated receipt as JSON, written last, so that where it is all other files are too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from flows.checks.placing import place
from flows.errors import StorageError
from flows.lake import Lake
from flows.receipts import Validated
from flows.warehouse.batch import rows_by_table

_VALIDATED = TypeAdapter(Validated)


def read_manifest(lake: Lake, batch_id: str, reporting_timezone: str) -> Validated | None:
    """What the batch's manifest says; None where its rows have to be validated: it is not there, or a file that it
    speaks of is not, or its days were counted in another time zone. Of a lake in a bucket the bucket alone counts,
    whatever the home still holds of a batch that another machine took out or validated anew.

    Raises StorageError where it is something else.
    """
    path = lake.manifest(batch_id)
    lake.match([path])
    try:
        validated = _VALIDATED.validate_json(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return None
    except ValidationError as error:
        raise _no_manifest(lake, path) from error
    if validated.reporting_timezone not in (None, reporting_timezone):
        return None
    files = list(_files(lake, validated))
    lake.match(files)
    return validated if all(file.is_file() for file in files) else None


def manifest_of(lake: Lake, batch_id: str) -> Validated | None:
    """What the batch's manifest says, wherever its rows are by now; None where there is none.

    Raises StorageError where it is something else.
    """
    path = lake.manifest(batch_id)
    lake.match([path])
    return _read(lake, path) if path.is_file() else None


def manifests(lake: Lake) -> Iterator[Validated]:
    """Those of all batches of the lake, whether or not their files are there.

    Raises StorageError for one that is something else or cannot be read: nobody can go on as if it were not there.
    """
    folder = lake.manifest("*").parent
    lake.match_all(folder)
    for path in sorted(folder.glob("*.json")):
        yield _read(lake, path)


def note_purged(lake: Lake, batch_id: str, at: datetime, draft: Path) -> None:
    """Says in the batch's manifest, if it has one, that its refused rows are gone: without them it is whole.

    Raises StorageError as `manifests`; `draft` as for `write_manifest`.
    """
    path = lake.manifest(batch_id)
    lake.match([path])
    if path.is_file():
        told = _read(lake, path)
        if told.purged_at is None:
            write_manifest(lake, replace(told, purged_at=at), draft)


def write_manifest(lake: Lake, validated: Validated, draft: Path) -> None:
    """Writes to `draft`, on the same disk, and renames."""
    draft.write_bytes(_VALIDATED.dump_json(validated, indent=2))
    manifest = lake.manifest(validated.batch.batch_id)
    place([(draft, manifest)])
    lake.keep([manifest])


def _read(lake: Lake, path: Path) -> Validated:
    try:
        return _VALIDATED.validate_json(path.read_bytes())
    except ValidationError as error:
        raise _no_manifest(lake, path) from error
    except OSError as error:
        raise StorageError(f"{lake.name(path)} cannot be read: {error.strerror}") from error


def _no_manifest(lake: Lake, path: Path) -> StorageError:
    return StorageError(
        f"{lake.name(path)} is no manifest of this version of shopflow: take it away, and its files are validated again"
    )


def _files(lake: Lake, validated: Validated) -> Iterator[Path]:
    batch_id = validated.batch.batch_id
    for table in rows_by_table(validated):
        yield from lake.accepted_files(table, batch_id)
    for count in validated.counts if validated.purged_at is None else ():
        if count.quarantined:
            yield lake.quarantine(count.table, batch_id)

"""What has become of a file, as a row of the ledger and as a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath

from flows.checks.manifest import manifest_of
from flows.inbox.found import Found
from flows.lake import Lake
from flows.receipts import FileFate
from flows.settings import Settings
from flows.warehouse import Warehouse
from flows.warehouse.files import loaded_files

# Both engines understand it. A replay has no files.
_UNLISTED = (
    "select batch_id, loaded_at from ops.batches where replay_of is null "
    "and batch_id not in (select batch_id from ops.files where batch_id is not null) order by loaded_at, batch_id"
)


def noted(found: Found, sha256: str, size: int, verdict: str, reason: str | None = None) -> FileFate:
    """A file that is in no batch."""
    name = PurePosixPath(found.address).name
    return FileFate(sha256, found.address, name, size, verdict, found.mark, reason, landed_at=datetime.now(UTC))


def first_fates(fates: Iterable[FileFate]) -> dict[str, FileFate]:
    """By content, what keeps it from being taken again: that it was loaded, or else that it was refused."""
    found: dict[str, FileFate] = {}
    for fate in sorted(fates, key=lambda fate: (fate.verdict != "loaded", str(fate.landed_at))):
        if fate.verdict in ("loaded", "refused"):
            found.setdefault(fate.sha256, fate)
    return found


def told_of_copy(original: FileFate) -> str:
    """What is said of a file that has the content of this one."""
    if original.verdict == "refused":
        return f"is a copy of {original.path}, which was refused: it {original.reason}"
    return f"is a copy of {original.path}, which is in batch {original.batch_id}"


def list_earlier(warehouse: Warehouse, settings: Settings) -> None:
    """Enter the files of batches that versions without `ops.files` have loaded, as far as their manifests are there.

    Without it every file that they took would be taken again. Of batches that were removed meanwhile nothing is known.
    """
    lake = Lake.of(settings)
    for row in warehouse.query(_UNLISTED):
        if told := manifest_of(lake, row["batch_id"]):
            warehouse.note_files(loaded_files(told, row["loaded_at"].replace(tzinfo=UTC)))


def seen_again(fate: FileFate, found: Found) -> FileFate:
    """The row of a file that lies where it lay with the same content, and was touched since."""
    return replace(fate, mark=found.mark)

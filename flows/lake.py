"""Where files lie in the lake and what they are called. Nobody else builds a path.

A lake in a bucket has a folder in the home, too: `keep`, `bring` and `drop` hold the two together, and do nothing for a
lake that is a folder.

accepted/<table>/<batch>.parquet      rows that passed
quarantine/<table>/<batch>.parquet    refused rows with their reasons
batches/<batch>.json                  written last: the batch is complete
tombstones.json                       salted hashes of people who were forgotten; only where somebody was
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from flows.records import RECORDS

if TYPE_CHECKING:
    from flows.bucket import Bucket
    from flows.settings import Settings


class Lake:
    """The layout below one root folder, and the bucket behind it where there is one."""

    def __init__(self, root: Path, bucket: Bucket | None = None) -> None:
        self.root, self._bucket = root, bucket

    @classmethod
    def of(cls, settings: Settings) -> Lake:
        """The lake of these settings. Asks nothing of a bucket."""
        if not settings.is_in_bucket:
            return cls(settings.lake_folder)
        from flows.bucket import Bucket

        return cls(settings.lake_folder, Bucket(settings))

    def accepted(self, table: str) -> Path:
        """Folder of a table's accepted rows."""
        return self.root / "accepted" / table

    def accepted_files(self, table: str, batch_id: str) -> list[Path]:
        """The Parquet files of one batch's rows: one file, whatever days they are of (docs/decisions/0005)."""
        return [self.accepted(table) / f"{batch_id}.parquet"]

    def quarantine(self, table: str, batch_id: str) -> Path:
        """The Parquet file of a batch's refused rows."""
        return self.root / "quarantine" / table / f"{batch_id}.parquet"

    def manifest(self, batch_id: str) -> Path:
        """The JSON file that says what a batch holds; it exists only when all its other files do."""
        return self.root / "batches" / f"{batch_id}.json"

    def keep(self, paths: Iterable[Path]) -> None:
        """These files were put into the folder: send them to the bucket, in this order."""
        if self._bucket:
            self._bucket.send(paths)

    def bring(self, paths: Iterable[Path], *, anew: bool = False) -> None:
        """Get these files from the bucket, as far as it has them and the folder lacks them; `anew`: also others."""
        if self._bucket:
            self._bucket.bring(paths, anew=anew)

    def bring_all(self, folder: Path) -> None:
        """Get what the bucket has of a folder of the lake, and the folder lacks."""
        if self._bucket:
            self._bucket.bring_all(folder)

    def files(self, folder: Path) -> list[Path]:
        """The paths of the Parquet files of a folder of the lake, those that only its bucket has among them."""
        there = {*folder.glob("*.parquet"), *(self._bucket.files(folder) if self._bucket else ())}
        return sorted(path for path in there if path.suffix == ".parquet")

    def drop(self, paths: Iterable[Path]) -> None:
        """These files left the folder: delete them from the bucket, in this order."""
        if self._bucket:
            self._bucket.drop(paths)

    @property
    def tombstones(self) -> Path:
        """The JSON file with the hashes of people who must not come back."""
        return self.root / "tombstones.json"

    @property
    def staging(self) -> Path:
        """Folder of folders, one for each run, in which files are written before they are renamed into place."""
        return self.root / ".staging"


def is_dated(table: str) -> bool:
    """Whether a table's rows belong to a day (`event_date`)."""
    return "event_date" in RECORDS[table].key

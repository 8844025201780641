"""Where files lie in the lake and what they are called. Nobody else builds a path.

A lake in a bucket has a folder in the home, too: `keep`, `bring` and `drop` hold the two together, and do nothing for a
lake that is a folder.

accepted/<table>/<batch>.parquet      rows that passed
quarantine/<table>/<batch>.parquet    refused rows with their reasons
batches/<batch>.json                  written last: the batch is complete
tombstones.json                       salted hashes of people who were forgotten; only where somebody was
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from flows.disk import md5_of
from flows.errors import StorageError
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

    def generation(self, path: Path) -> int:
        """Which version of a file the bucket has, for `keep_upon`; of a lake that is a folder nobody needs to know."""
        return self._bucket.generation(path) if self._bucket else 0

    def keep_upon(self, path: Path, generation: int) -> None:
        """Send a file to the bucket as `keep` does, if that still has the version that it was made upon.

        Raises StorageError, which is transient, where another machine has written it since.
        """
        if self._bucket:
            self._bucket.replace(path, generation)

    def bring(self, paths: Iterable[Path], *, anew: bool = False) -> None:
        """Get these files from the bucket, as far as it has them and the folder lacks them; `anew`: also others."""
        if self._bucket:
            self._bucket.bring(paths, anew=anew)

    def bring_all(self, folder: Path, *, anew: bool = False) -> None:
        """Get what the bucket has of a folder of the lake, and the folder lacks; `anew`: also what differs there."""
        if self._bucket:
            self._bucket.bring_all(folder, anew=anew)

    def match(self, paths: Iterable[Path]) -> None:
        """Have of these files what the bucket has: what the folder holds otherwise is not to be trusted where another
        machine, or a run that was cut off, was at work. What differs is brought, what the bucket lacks is dropped."""
        if self._bucket:
            self._bucket.match(paths)

    def match_all(self, folder: Path) -> None:
        """Do as `match` with all files of a folder of the lake; drops none as long as the bucket has no batch."""
        if self._bucket:
            self._bucket.match_all(folder)

    def refresh(self) -> None:
        """Do as `match_all` with all rows and manifests."""
        for folder in ("accepted", "quarantine", "batches"):
            self.match_all(self.root / folder)

    def outline(self, paths: Iterable[Path], columns: Sequence[str] = ()) -> None:
        """Get of these Parquet files, as the bucket has them now, what counts their rows: the footer, and some columns.

        The rest is a hole: nothing else can be read of them. Sizes are right, and times are the bucket's. Only for a
        lake that is `afresh`.
        """
        if self._bucket:
            self._bucket.outline(paths, columns)

    def checksum(self, path: Path) -> str:
        """A word for what is in a file where it counts, byte for byte; empty where there is none. Raises StorageError
        where it cannot be read."""
        if self._bucket:
            return self._bucket.checksum(path)
        try:
            return md5_of(path)
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise StorageError(f"{path} of the lake cannot be read: {error.strerror}") from error

    @contextmanager
    def afresh(self, within: Path | None = None) -> Iterator[Lake]:
        """The same lake with a working copy of its own, empty and below `within`, which is gone after the block.

        So what is brought is what the bucket has, whatever the home's folder still holds, and that stays as it is. A
        lake that is a folder is itself.
        """
        if self._bucket is None:
            yield self
            return
        if within:
            within.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=within, ignore_cleanup_errors=True) as folder:
            yield Lake(Path(folder), self._bucket.at(Path(folder)))

    def name(self, path: Path) -> str:
        """Where a file of the lake counts: its path, or the address of its object."""
        return self._bucket.name(path) if self._bucket else str(path)

    @property
    def is_folder(self) -> bool:
        return self._bucket is None

    def files(self, folder: Path) -> list[Path]:
        """The paths of the Parquet files of a folder of the lake, those that only its bucket has among them."""
        there = {*folder.glob("*.parquet"), *(self._bucket.files(folder) if self._bucket else ())}
        return sorted(path for path in there if path.suffix == ".parquet")

    def drop(self, paths: Iterable[Path]) -> None:
        """These files left the folder: delete them from the bucket, in this order."""
        if self._bucket:
            self._bucket.drop(paths)

    def drop_older(self, paths: Iterable[Path]) -> int:
        """Delete the versions of these files that a bucket keeps beside those that count; how many went."""
        return self._bucket.drop_older(paths) if self._bucket else 0

    def keeps(self, paths: Iterable[Path]) -> list[str]:
        """Where what was deleted from these files can be had for a while: a sentence each, for a receipt."""
        return self._bucket.keeps(paths) if self._bucket else []

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

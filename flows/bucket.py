"""The lake in a bucket: its folder in the home is a working copy, and the bucket is what counts.

A file that is put into the folder is sent in the same step, a manifest after the files that it speaks of; a home that
is empty (a container's) gets what a step reads. Objects have the files' names below the lake's folder.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from flows.disk import md5_of, to_disk
from flows.errors import StorageError, transient
from flows.gcp import storage_client, translated
from flows.outline import write_outline
from flows.settings import Settings

RETRY_SECONDS = 60.0
READERS = 8


class Bucket:
    """Raises StorageError where the bucket lacks or may not be used, SettingsError where there are no credentials."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._root = settings, settings.lake_folder
        name, _, self._prefix = settings.lake.removeprefix("gs://").partition("/")
        self._bucket = storage_client(settings).bucket(name)

    def at(self, root: Path) -> Bucket:
        """The same bucket with another folder for its working copy."""
        other = copy.copy(self)
        other._root = root
        return other

    def send(self, paths: Iterable[Path]) -> None:
        """Make the bucket's objects the same as these files, one after the other: the last one is there last."""
        for path in paths:
            with self._said(f"writing {self.name(path)}"):
                self._bucket.blob(self._key(path)).upload_from_filename(str(path), retry=self._retry())

    def generation(self, path: Path) -> int:
        """Which version of its object the bucket has of a file; 0 where it has none."""
        with self._said(f"looking at {self.name(path)}"):
            blob = self._bucket.get_blob(self._key(path), retry=self._retry())
        return int(blob.generation) if blob else 0

    def replace(self, path: Path, generation: int) -> None:
        """Make the object the same as the file, if it is still that version. Raises StorageError, which is transient,
        where it is another one: somebody has written it meanwhile."""
        from google.api_core.exceptions import PreconditionFailed

        with self._said(f"writing {self.name(path)}"):
            blob = self._bucket.blob(self._key(path))
            try:
                blob.upload_from_filename(str(path), retry=self._retry(), if_generation_match=generation)
            except PreconditionFailed as error:
                told = f"{self.name(path)} was written by another run meanwhile, and left as it is: run again"
                raise transient(StorageError(told)) from error

    def bring(self, paths: Iterable[Path], *, anew: bool = False) -> None:
        """Fill the folder with those of these files that the bucket has and the folder lacks; `anew`: also others."""
        for path in paths:
            if anew or not path.is_file():
                self._bring(path)

    def bring_all(self, folder: Path, *, anew: bool = False) -> None:
        """Fill a folder of the lake, and those below it, with the files that it lacks; `anew`: also with those that
        differ from what the bucket has, by the checksum that Google made of that."""
        for blob in self._blobs(folder):
            path = self._path(blob)
            self.bring([path], anew=anew and path.is_file() and blob.md5_hash != md5_of(path))

    def match(self, paths: Iterable[Path]) -> None:
        """Have of these files in the folder what the bucket has: what differs is brought, what it lacks is dropped."""
        for path in paths:
            with self._said(f"looking at {self.name(path)}"):
                blob = self._bucket.get_blob(self._key(path), retry=self._retry())
            self._match(path, blob)

    def match_all(self, folder: Path) -> None:
        """Have in a folder of the lake, and in those below it, what the bucket has.

        Where that has no batch at all nothing is dropped: the folder may be a lake that is to move into the bucket.
        """
        there = {self._path(blob): blob for blob in self._blobs(folder)}
        for path, blob in there.items():
            self._match(path, blob)
        if there or self._blobs(self._root / "batches"):
            for path in folder.rglob("[!.]*"):
                if path.is_file() and path not in there:
                    path.unlink()

    def _match(self, path: Path, blob: Any) -> None:
        if blob is None:
            path.unlink(missing_ok=True)
        elif not path.is_file() or blob.md5_hash != md5_of(path):
            self._bring(path)

    def files(self, folder: Path) -> list[Path]:
        """The files that the bucket has of a folder of the lake and of those below it."""
        return [self._path(blob) for blob in self._blobs(folder)]

    def checksum(self, path: Path) -> str:
        """The one that Google made of a file's object; empty where there is none."""
        with self._said(f"looking at {self.name(path)}"):
            blob = self._bucket.get_blob(self._key(path), retry=self._retry())
        return str(blob.md5_hash or blob.crc32c) if blob else ""  # a composed object has no MD5

    def outline(self, paths: Iterable[Path], columns: Sequence[str] = ()) -> None:
        """Fill the folder with outlines of those of these Parquet files that the bucket has; see `Lake.outline`."""
        wanted = list(paths)
        there = {blob.name: blob for folder in {path.parent: None for path in wanted} for blob in self._blobs(folder)}
        found = [(path, blob) for path in wanted if (blob := there.get(self._key(path)))]
        with ThreadPoolExecutor(READERS) as readers:
            list(readers.map(lambda each: self._outline(each[0], each[1], columns), found))

    def drop(self, paths: Iterable[Path]) -> None:
        """Delete these files' objects, one after the other; those that are gone are no matter."""
        from google.api_core.exceptions import NotFound

        for path in paths:
            with self._said(f"deleting {self.name(path)}"):
                try:
                    self._bucket.blob(self._key(path)).delete(retry=self._retry())
                except NotFound:
                    continue

    def drop_older(self, paths: Iterable[Path]) -> int:
        """Delete the noncurrent versions of these files' objects, which a bucket with object versioning keeps; how many
        went. Those that a retention policy or a lack of rights keeps are left."""
        from google.api_core.exceptions import Forbidden, NotFound

        gone = 0
        for blob in self._older(paths)[0]:
            with self._said(f"deleting a version of gs://{self._bucket.name}/{blob.name}"):
                try:
                    blob.delete(retry=self._retry())  # the blob of a listing names its generation
                except (Forbidden, NotFound):
                    continue
            gone += 1
        return gone

    def keeps(self, paths: Iterable[Path]) -> list[str]:
        """Where deleted bytes of these files can be had for a while, and what of other files was not looked at."""
        theirs, others = map(len, self._older(paths))
        told = [f"{theirs:,} older versions of these files are in the bucket and may not be deleted"] if theirs else []
        if others:
            told.append(f"{others:,} older versions of other files of the lake are in the bucket and were not searched")
        days = self._soft_delete_days()
        if days is None:
            told.append("for how long the bucket keeps deleted objects (soft delete) is not known to these credentials")
        elif days:
            told.append(f"the bucket keeps deleted objects for {days:g} days (soft delete), until nobody can have them")
        return told

    def name(self, path: Path) -> str:
        """The address of a file's object."""
        return f"gs://{self._bucket.name}/{self._key(path)}"

    def _path(self, blob: Any) -> Path:
        return self._root / str(blob.name)[len(self._prefix) + 1 if self._prefix else 0 :]

    def _blobs(self, folder: Path, **which: bool) -> list[Any]:
        with self._said(f"listing {self.name(folder)}"):
            found = self._bucket.list_blobs(prefix=f"{self._key(folder)}/", retry=self._retry(), **which)
            return list(found)

    def _outline(self, path: Path, blob: Any, columns: Sequence[str]) -> None:
        def read(start: int, end: int) -> bytes:
            with self._said(f"reading {self.name(path)}"):
                return bytes(blob.download_as_bytes(start=start, end=end - 1, retry=self._retry()))

        write_outline(path, blob.size, blob.updated, read, columns)

    def _older(self, paths: Iterable[Path]) -> tuple[list[Any], list[Any]]:
        """Noncurrent versions of rows in the lake: those of these files' objects, and others."""
        keys = {self._key(path) for path in paths}
        folders = [self._root / name for name in ("accepted", "quarantine")]
        older = [blob for folder in folders for blob in self._blobs(folder, versions=True) if blob.time_deleted]
        return [blob for blob in older if blob.name in keys], [blob for blob in older if blob.name not in keys]

    def _soft_delete_days(self) -> float | None:
        from google.api_core.exceptions import Forbidden

        with self._said(f"bucket {self._bucket.name}"):
            try:
                self._bucket.reload(retry=self._retry())
            except Forbidden:  # which no run needs
                return None
        return (self._bucket.soft_delete_policy.retention_duration_seconds or 0) / 86_400

    def _bring(self, path: Path) -> None:
        from google.api_core.exceptions import NotFound

        draft = path.with_name(f".{path.name}.brought")
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._said(f"reading {self.name(path)}"):
            try:
                self._bucket.blob(self._key(path)).download_to_filename(str(draft), retry=self._retry())
            except NotFound as error:
                draft.unlink(missing_ok=True)
                if f"/b/{self._bucket.name}?" in str(error) or "bucket does not exist" in str(error):
                    raise
                return
        to_disk(draft)
        draft.replace(path)

    def _key(self, path: Path) -> str:
        own = path.relative_to(self._root).as_posix()
        return f"{self._prefix}/{own}" if self._prefix else own

    def _retry(self) -> Any:
        from google.cloud.storage.retry import DEFAULT_RETRY

        return DEFAULT_RETRY.with_timeout(RETRY_SECONDS)

    def _said(self, what: str) -> Any:
        return translated(self._settings, what, StorageError)

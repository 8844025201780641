"""The lake in a bucket: its folder in the home is a working copy, and the bucket is what counts.

A file that is put into the folder is sent in the same step, a manifest after the files that it speaks of; a home that
is empty (a container's) gets what a step reads. Objects have the files' names below the lake's folder.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from flows.disk import to_disk
from flows.errors import StorageError
from flows.gcp import storage_client, translated
from flows.settings import Settings

RETRY_SECONDS = 60.0


class Bucket:
    """Raises StorageError where the bucket lacks or may not be used, SettingsError where there are no credentials."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._root = settings, settings.lake_folder
        name, _, self._prefix = settings.lake.removeprefix("gs://").partition("/")
        self._bucket = storage_client(settings).bucket(name)

    def send(self, paths: Iterable[Path]) -> None:
        """Make the bucket's objects the same as these files, one after the other: the last one is there last."""
        for path in paths:
            with self._said(f"writing {self.name(path)}"):
                self._bucket.blob(self._key(path)).upload_from_filename(str(path), retry=self._retry())

    def bring(self, paths: Iterable[Path], *, anew: bool = False) -> None:
        """Fill the folder with those of these files that the bucket has and the folder lacks; `anew`: also others."""
        for path in paths:
            if anew or not path.is_file():
                self._bring(path)

    def bring_all(self, folder: Path) -> None:
        """Fill a folder of the lake, and those below it, with the files that it lacks."""
        self.bring(self.files(folder))

    def files(self, folder: Path) -> list[Path]:
        """The files that the bucket has of a folder of the lake and of those below it."""
        with self._said(f"listing {self.name(folder)}"):
            found = list(self._bucket.list_blobs(prefix=f"{self._key(folder)}/", retry=self._retry()))
        below = len(self._prefix) + 1 if self._prefix else 0
        return [self._root / blob.name[below:] for blob in found]

    def drop(self, paths: Iterable[Path]) -> None:
        """Delete these files' objects, one after the other; those that are gone are no matter."""
        from google.api_core.exceptions import NotFound

        for path in paths:
            with self._said(f"deleting {self.name(path)}"):
                try:
                    self._bucket.blob(self._key(path)).delete(retry=self._retry())
                except NotFound:
                    continue

    def name(self, path: Path) -> str:
        """The address of a file's object."""
        return f"gs://{self._bucket.name}/{self._key(path)}"

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

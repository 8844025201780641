"""An inbox that is a prefix of a bucket. An object is whole as soon as it is listed."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

from flows.bucket import RETRY_SECONDS
from flows.errors import StorageError
from flows.gcp import storage_client, translated
from flows.inbox.found import Found, Looked, is_passed_over, is_unfinished
from flows.settings import Settings
from flows.sources.files import shown

_FIELDS = "items(name,size,md5Hash,generation),nextPageToken"


class Bucket:
    """Objects below the prefix; they are brought to `copies`, a folder of the home, to be read.

    Raises StorageError where the bucket lacks or may not be used, SettingsError where there are no credentials.
    """

    def __init__(self, settings: Settings, copies: Path) -> None:
        self._settings, self._copies = settings, copies
        name, _, prefix = settings.inbox.removeprefix("gs://").partition("/")
        self._prefix = f"{prefix}/" if prefix else ""
        self._bucket = storage_client(settings).bucket(name)
        self._listed: dict[str, tuple[str, int, str | None]] = {}

    def look(self) -> Looked:
        """The objects, in order of their names, by listing alone."""
        looked = Looked()
        with self._said(f"listing {self._settings.inbox}"):
            for blob in self._bucket.list_blobs(prefix=self._prefix, fields=_FIELDS, retry=self._retry()):
                own = blob.name[len(self._prefix) :]
                if not own or own.endswith("/") or any(is_passed_over(part) for part in own.split("/") if part):
                    continue
                address = shown(f"gs://{self._bucket.name}/{blob.name}")
                if is_unfinished(own):
                    looked.arriving.append(address)
                else:
                    # Of composed objects there is no md5: they are known by their place until they were read.
                    mark = f"md5:{blob.md5_hash}:{blob.size}" if blob.md5_hash else f"{address}#{blob.generation}"
                    looked.found.append(Found(address, mark, blob.size or 0))
                    self._listed[address] = (blob.name, blob.generation, blob.md5_hash)
        return looked

    def bring(self, found: Found) -> Path | None:
        """Download the object; None where it is another one since it was listed, or gone."""
        from google.api_core.exceptions import NotFound, PreconditionFailed

        name, generation, md5 = self._listed[found.address]
        path = self._copies / local(name[len(self._prefix) :])
        path.parent.mkdir(parents=True, exist_ok=True)
        blob = self._bucket.blob(name, generation=generation)
        with self._said(f"reading {found.address}"):
            try:
                # As it is stored: what is declared to be gzip would be unpacked on the way.
                blob.download_to_filename(str(path), raw_download=True, retry=self._retry())
            except (NotFound, PreconditionFailed):
                return None
            except OSError as error:
                raise StorageError(f"{path} cannot be written: {error.strerror or error}") from error
        return path if md5 in (None, _md5(path)) else None

    def _retry(self) -> Any:
        from google.cloud.storage.retry import DEFAULT_RETRY

        return DEFAULT_RETRY.with_timeout(RETRY_SECONDS)

    def _said(self, what: str) -> AbstractContextManager[None]:
        return translated(self._settings, what, StorageError)


def local(name: str) -> str:
    """A path for an object's copy, no other one's: its own name in a folder for it alone, as far as a file can have it.

    An object may be called as the folder of another one is, and in ways that no file can be.
    """
    own, parts = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32], name.split("/")
    is_sound = all(part.strip(".") and "\0" not in part and len(part.encode()) < 256 for part in parts)
    return f"{own}/{name}" if is_sound and len(name.encode()) < 1000 else f"{own}/{own}"


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return b64encode(hashlib.file_digest(file, partial(hashlib.md5, usedforsecurity=False)).digest()).decode()

"""A bucket in this process, with generations and checksums as Cloud Storage has them, as Google's client names them."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from google.api_core.exceptions import NotFound, PreconditionFailed


@dataclass
class Bucket:
    """`objects` has the generation and the bytes of each."""

    name: str = "lake"
    objects: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    written: int = 0

    def bucket(self, _name: str) -> Bucket:
        return self

    def blob(self, name: str) -> Blob:
        return Blob(self, name)

    def get_blob(self, name: str, **_how: Any) -> Blob | None:
        return Blob(self, name) if name in self.objects else None

    def list_blobs(self, prefix: str, **_how: Any) -> Iterator[Blob]:
        return iter([Blob(self, name) for name in sorted(self.objects) if name.startswith(prefix)])


@dataclass
class Blob:
    bucket: Bucket
    name: str

    @property
    def generation(self) -> int:
        return self.bucket.objects[self.name][0]

    @property
    def md5_hash(self) -> str:
        return b64encode(hashlib.md5(self.bucket.objects[self.name][1], usedforsecurity=False).digest()).decode()

    def upload_from_filename(self, path: str, *, if_generation_match: int | None = None, **_how: Any) -> None:
        there = self.bucket.objects.get(self.name, (0, b""))[0]
        if if_generation_match not in (None, there):
            raise PreconditionFailed("At least one of the pre-conditions you specified did not hold.")
        self.bucket.written += 1
        self.bucket.objects[self.name] = (self.bucket.written, Path(path).read_bytes())

    def download_to_filename(self, path: str, **_how: Any) -> None:
        if self.name not in self.bucket.objects:
            raise NotFound(f"No such object: {self.bucket.name}/{self.name}")
        Path(path).write_bytes(self.bucket.objects[self.name][1])

    def delete(self, **_how: Any) -> None:
        if self.bucket.objects.pop(self.name, None) is None:
            raise NotFound(f"No such object: {self.bucket.name}/{self.name}")


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """What lakes in a bucket are kept in within the test."""
    made = Bucket()
    monkeypatch.setattr("flows.bucket.storage_client", lambda _settings: made)
    return made

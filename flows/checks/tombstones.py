"""Tombstones: salted hashes of the ids of people who were forgotten, so that no later file brings them back.

They lie in the lake, the first home of all data: a warehouse that is made anew from it knows them, too.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from flows.checks.placing import place
from flows.errors import StorageError
from flows.lake import Lake

DRAFT = ".draft"  # no suffix that anybody looks for: half a file is read by nobody


@dataclass(frozen=True)
class Tombstone:
    """One person: the hash of the user's id, and those of the anonymous ids that were nobody else's."""

    subject: str
    since: datetime
    devices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tombstones:
    """All of a home's. Its ids are hashed with one salt, so that equal ids of two homes have nothing in common.

    >>> Tombstones("salt").of_user("u1") == Tombstones("pepper").of_user("u1")
    False
    """

    salt: str = field(default_factory=lambda: secrets.token_hex(16))
    people: tuple[Tombstone, ...] = ()

    def of_user(self, user_id: str) -> str:
        return self._hash(f"u:{user_id}")

    def of_device(self, anonymous_id: str) -> str:
        return self._hash(f"a:{anonymous_id}")

    @cached_property
    def users(self) -> frozenset[str]:
        return frozenset(person.subject for person in self.people)

    @cached_property
    def devices(self) -> frozenset[str]:
        return frozenset(device for person in self.people for device in person.devices)

    def of(self, subject: str) -> Tombstone | None:
        return next((person for person in self.people if person.subject == subject), None)

    def with_person(self, subject: str, devices: Iterable[str], at: datetime) -> Tombstones:
        """These and one more person, or more devices of a person who is among them."""
        known = self.of(subject) or Tombstone(subject, at)
        known = replace(known, devices=tuple(sorted({*known.devices, *devices})))
        return replace(self, people=(*(one for one in self.people if one.subject != subject), known))

    def _hash(self, id: str) -> str:
        return hashlib.sha256(f"{self.salt}{id}".encode("utf-8", "surrogatepass")).hexdigest()


_TOMBSTONES = TypeAdapter(Tombstones)


def read_tombstones(lake: Lake) -> Tombstones | None:
    """Those of the lake, None where nobody was ever forgotten. Raises StorageError where they cannot be read: to go on
    without them would bring people back."""
    try:
        lake.bring([lake.tombstones], anew=True)
        return _TOMBSTONES.validate_json(lake.tombstones.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValidationError) as error:
        raise StorageError(
            f"{lake.tombstones} cannot be read, and without it people who were forgotten could come back: "
            "give this user the right to read it, or put it back from a backup"
        ) from error


def write_tombstones(lake: Lake, tombstones: Tombstones, generation: int = 0) -> None:
    """On the disk for good at the return, readable by their owner alone.

    `generation` is that of the bucket's file (`Lake.generation`), asked for before it was read: those of people whom
    another machine forgets in the same moment are not lost, but StorageError is raised, and the same again does it.
    """
    write_private(lake.tombstones, _TOMBSTONES.dump_json(tombstones, indent=2))
    lake.keep_upon(lake.tombstones, generation)


def write_private(path: Path, content: bytes) -> None:
    """A file that only its owner can read, put into its place by a rename. Who is killed leaves a DRAFT at most."""
    draft = path.with_name(f".{path.name}{DRAFT}")
    draft.parent.mkdir(parents=True, exist_ok=True)
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    place([(draft, path)])

"""Who is to be forgotten: a user id, and the anonymous ids that were ever seen with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from flows.checks.tombstones import Tombstones


@dataclass(frozen=True)
class Person:
    """The ids as they are: they live in memory only, and are in no text that a person or a program is shown.

    `devices` are the anonymous ids that go with the user, `shared` those that other users were seen on, too: these are
    among the devices only `with_shared_devices`.
    """

    user: str = field(repr=False)
    devices: frozenset[str] = field(default=frozenset(), repr=False)
    shared: frozenset[str] = field(default=frozenset(), repr=False)

    with_shared_devices: bool = False

    @property
    def ids(self) -> list[str]:
        return sorted({self.user, *self.devices})


class Place(Protocol):
    """Where events tell who was seen with whom: a warehouse, or the lake's files."""

    def devices_of(self, user: str, salt: str, hashes: list[str]) -> set[str]: ...
    def devices_of_others(self, user: str, devices: list[str]) -> set[str]: ...


def look_up(user: str, places: Sequence[Place], refused: Iterable[str], tombstones: Tombstones, hashes: Iterable[str],
            *, with_shared_devices: bool) -> Person:  # fmt: skip
    """The person as all places together know them; `refused` are anonymous ids that refused rows tell of.

    `hashes` are those of devices that an earlier attempt found: what tied them to the user may be gone already.
    """
    known = sorted(hashes)
    found = {*refused, *(id for place in places for id in place.devices_of(user, tombstones.salt, known))}
    shared = {id for place in places for id in place.devices_of_others(user, sorted(found))} if found else set()
    gone = found if with_shared_devices else found - shared
    return Person(user, frozenset(gone), frozenset(shared), with_shared_devices)

"""Who is to be forgotten: a user id, and the anonymous ids that were ever seen with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flows.checks.forgotten import present
from flows.checks.tombstones import Tombstones

Ask = Callable[[str, Any], list[dict[str, Any]]]


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


@dataclass(frozen=True)
class Place:
    """Where events can be asked for: a question and the relation of events that it is asked of."""

    ask: Ask
    events: str


def look_up(user: str, places: Sequence[Place], refused: Iterable[str], tombstones: Tombstones, hashes: Iterable[str],
            *, with_shared_devices: bool) -> Person:  # fmt: skip
    """The person as all places together know them; `refused` are anonymous ids that refused rows tell of.

    `hashes` are those of devices that an earlier attempt found: what tied them to the user may be gone already.
    """
    found = {*refused, *(id for place in places for id in _devices(place, user, tombstones.salt, sorted(hashes)))}
    shared = {id for place in places for id in _shared(place, user, sorted(found))}
    gone = found if with_shared_devices else found - shared
    return Person(user, frozenset(gone), frozenset(shared), with_shared_devices)


def _devices(place: Place, user: str, salt: str, hashes: list[str]) -> set[str]:
    own = f"select distinct anonymous_id from {place.events} where user_id = $user and anonymous_id is not null"
    rows = place.ask(own, {"user": user})
    if hashes:
        rows += place.ask(present("anonymous_id", place.events), {"salt": salt, "hashes": hashes})
    return {row["anonymous_id"] for row in rows}


def _shared(place: Place, user: str, devices: list[str]) -> set[str]:
    others = (
        f"select distinct anonymous_id from {place.events} "
        "where user_id <> $user and anonymous_id in (select unnest($devices::varchar[]))"
    )
    return {row["anonymous_id"] for row in place.ask(others, {"user": user, "devices": devices})} if devices else set()

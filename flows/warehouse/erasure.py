"""What a warehouse is told of a person's rows that are to go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple


@dataclass(frozen=True)
class Fate:
    """What the lake's files hold of a batch by now, for the ledger to follow: `raw` may be damaged, or half reloaded.

    `accepted` and `quarantined` count rows that were read, `quarantined` also those that have passed a replay;
    `rows_by_table` has the derived ones, too. `reasons` are those of the rows that are still refused.
    """

    batch_id: str
    accepted: int
    quarantined: int
    erased: int
    rows_by_table: Mapping[str, int] = field(default_factory=dict)
    event_dates: Sequence[date] = ()
    reasons: Mapping[str, int] = field(default_factory=dict)
    events_by_date: Mapping[date, int] = field(default_factory=dict)


class RefusedPlace(NamedTuple):
    """Where a refused row stood: the key of `ops.replays`."""

    replay_of: str
    table_name: str
    source_file: str
    line: int


@dataclass(frozen=True)
class Hashes:
    """Salted hashes of a person's ids, so that devices are looked for whose ids nobody knows any more."""

    salt: str
    users: list[str]
    devices: list[str] = field(default_factory=list)

    def conditions(self, columns: Collection[str], is_among: Callable[[str, str, list[str]], str]) -> Iterator[str]:
        """SQL for the rows of a table with these columns that are the person's, one condition for each kind of id.

        `is_among(column, letter, hashes)` is how an engine asks whether the hash of salt, letter and id is one of them.
        """
        if "user_id" in columns:
            yield is_among("user_id", "u:", self.users)
        if "anonymous_id" in columns:  # on a device that has another user by now, only nobody's rows are the person's
            nobody = "user_id is null and " if "user_id" in columns else ""
            yield nobody + is_among("anonymous_id", "a:", self.devices)
        if "visitor_id" in columns:
            yield is_among("visitor_id", "", [*self.users, *self.devices])


ID_COLUMNS = ("user_id", "anonymous_id", "visitor_id")


@dataclass(frozen=True)
class Erasure:
    """Whose rows go, and what the erasure is called; `devices` are anonymous ids.

    `fates` are those of the batches whose rows in the lake an unfinished erasure has taken, `passed` the places of rows
    that had passed a replay and are not in the quarantine any more.
    """

    erasure_id: str
    subject: str
    at: datetime
    users: list[str] = field(repr=False)
    devices: list[str] = field(repr=False)
    fates: Mapping[str, Fate] = field(default_factory=dict)
    passed: Sequence[RefusedPlace] = ()

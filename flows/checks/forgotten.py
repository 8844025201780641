"""Whose row it is: rows of people who were forgotten, among those that are judged, kept or refused."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from flows.records import RECORDS, columns
from flows.sources import FORMATS

if TYPE_CHECKING:
    from flows.checks.reading import Table
    from flows.checks.tombstones import Tombstones
    from flows.checks.workshop import Workshop

# A letter tells the two kinds of id apart, as in the models' visitor_id.
KINDS = {"user_id": "u:", "anonymous_id": "a:"}
_SEPARATORS = (r"[\s,;|\"'{}\[\]()<>]+", r"[\s,;|\"'{}\[\]()<>=:&?/\\#%+]+", r"[,;|\t\"]+")
# What `rows_of` takes of a person whose ids are given as parameters.
THEIRS = ("(select unnest($users::varchar[]))", "(select unnest($devices::varchar[]))")


def id_columns(table: str) -> tuple[str, ...]:
    """The columns of a table that say who it was."""
    return tuple(column.name for column in columns(RECORDS[table]) if column.name in KINDS)


def rows_of(table: str, users: str, devices: str, *, of: Callable[[str], str] = str) -> str:
    """SQL for whether a row of the table is one of these users', or of these devices while nobody was signed in.

    `users` and `devices` are what can stand behind `in`: ids, or what `of` makes of a column of ids. What another user
    does on a device is that other user's.
    """
    told = [f"{of('user_id')} in {users}"]
    if "anonymous_id" in id_columns(table):
        told.append(f"(user_id is null and {of('anonymous_id')} in {devices})")
    return f"coalesce({' or '.join(told)}, false)"


def present(column: str, relation: str) -> str:
    """SQL for the ids in a column of the relation whose hashes, with the salt `$salt`, are among `$hashes`."""
    hashed = f"sha256($salt || '{KINDS.get(column, '')}' || {column})"
    return (
        f"select {column} from (select distinct {column} from {relation}) "
        f"where {hashed} in (select unnest($hashes::varchar[]))"
    )


def leave_out(shop: Workshop, table: Table, tombstones: Tombstones | None) -> int:
    """Takes the rows of people who were forgotten out of the view `<table>_single`; how many there were.

    Only the different ids are hashed, and nothing more is looked at where none of them is a tombstone's.
    """
    name, found = table.name, 0
    if tombstones is None or not (own := id_columns(name)):
        return 0
    for column in own:
        hashes = tombstones.users if column == "user_id" else tombstones.devices
        shop.connection.execute(
            f"create temp table {name}_{column}_forgotten as {present(column, name)}",
            {"salt": tombstones.salt, "hashes": sorted(hashes)},
        )
        found += shop.count(f"select count(*) from {name}_{column}_forgotten")
    if not found:
        return 0
    users, devices = (f"(from {name}_{column}_forgotten)" for column in KINDS)
    theirs = rows_of(name, users, devices)
    shop.connection.execute(
        f"alter view {name}_single rename to {name}_of_all; "
        f"create temp view {name}_single as select * from {name}_of_all where not {theirs}"
    )
    return shop.count(f"select count(*) from {name}_of_all where {theirs}")


def is_refused_row_of(tombstones: Tombstones, fields: dict[str, Any] | None, raw: str) -> str | None:
    """How a refused row was found to be a forgotten person's: `fields` by its ids, `words` by any word of its text
    where its ids cannot be told; None where it is not found to be."""
    users, devices = ([*written((fields or {}).get(column))] for column in KINDS)
    if users or devices:
        if any(tombstones.of_user(user) in tombstones.users for user in users):
            return "fields"
        is_theirs = not users and any(tombstones.of_device(device) in tombstones.devices for device in devices)
        return "fields" if is_theirs else None
    for word in words(raw):
        if tombstones.of_user(word) in tombstones.users or tombstones.of_device(word) in tombstones.devices:
            return "words"
    return None


def fields_of(format: str, raw: str, header: str | None = None) -> dict[str, Any] | None:
    """A refused row's fields by name; None where its text does not tell them."""
    source = FORMATS.get(format)
    with suppress(ValueError, RecursionError, csv.Error):
        if source is not None and source.is_csv:  # a header is kept of Parquet, too, whose rows are told as JSON
            if header is None:
                return None
            names, cells = (next(csv.reader([line])) for line in (header, raw))
            return dict(zip(names, cells, strict=True))
        found = json.loads(raw)
        return found if isinstance(found, dict) else None
    return None


def words(raw: str) -> set[str]:
    """Whatever could be an id in a text: its pieces between separators, of which ids may hold some."""
    return {word.strip() for separator in _SEPARATORS for word in re.split(separator, raw)} - {""}


def written(value: Any) -> Iterator[str]:
    """An id as the shop may have meant it. A number with no fraction is the same id as its digits."""
    if isinstance(value, str) and value:
        yield from {value, value.strip()} - {""}
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(int(value)) if value == value and abs(value) < 9e15 and value == int(value) else str(value)

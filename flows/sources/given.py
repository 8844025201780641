"""Rows as their source gives them, before anything is judged: what every adapter makes of its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flows.records import Record, columns
from flows.records.kind import TEXT
from flows.records.kinds import Properties
from flows.sources.objects import joined, object_of
from flows.sources.sql import quoted


@dataclass(frozen=True)
class Told:
    """One field: `sql` is its value over the adapter's relation, of `type`: VARCHAR, or a type that its kind takes.

    `is_sound` is a predicate that is false where the value is of a sort that no field may be (a list, an object, bytes
    that are no text); `shown` is then the JSON expression that tells the record model what it was: an object of the
    key `nested` or, in hexadecimal digits, `bytes`.
    """

    sql: str = "null::varchar"
    type: str = TEXT
    is_sound: str = ""
    shown: str = ""


@dataclass(frozen=True)
class Given:
    """Rows of some files: `relation` is what stands after FROM, all else are expressions over it.

    `fields` are the record's fields as the source tells them. `extras` is the name of a column with a JSON object of
    what no field knows, NULL where there is none. `row` is the row as JSON, as it was ("" = made of the fields), `raw`
    its text for the quarantine (NULL where that is read from the file), `flaw` the reason why the whole line is no row.
    `carried` are further columns, kept for what is derived from accepted rows.
    """

    relation: str
    fields: Mapping[str, Told]
    extras: str = ""
    row: str = ""
    raw: str = "null::varchar"
    flaw: str = "null::varchar"
    carried: Mapping[str, str] = field(default_factory=dict)


def folded(given: Given, record: type[Record]) -> Given:
    """The same rows with what no field knows folded into the record's JSON field, or left out where it has none."""
    home = next((column.name for column in columns(record) if isinstance(column.kind, Properties)), None)
    if not given.extras or home is None:
        return given
    own, extras = given.fields.get(home, Told()), given.extras
    both = (
        f"case when {extras} is null then {own.sql} when {own.sql} is null then {extras} "
        f"when {Properties().fits(own.sql)} then {joined(own.sql, extras)} else {own.sql} end"
    )
    # Of two keys of the same name the first is read, here and by the model.
    first = quoted('{"' + home + '":')
    longer = f"{first} || to_json({both}) || ',' || ltrim({given.row})[2:]"
    row = f"case when {extras} is null then {given.row} else {longer} end"
    return replace(given, fields={**given.fields, home: replace(own, sql=f"({both})")}, row=row if given.row else "")


def with_extras(relation: str, unknown: Mapping[str, str]) -> str:
    """The relation with the column `extras`: a JSON object of these columns."""
    return f"(select *, {object_of(unknown)} as extras from {relation})"

"""From rows as given to rows as judged: one query that types every field and says of every row whether it may pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from flows.checks.days import day_of
from flows.lake import is_dated
from flows.records import Record, columns
from flows.sources.given import Given, Told, folded
from flows.sources.sql import quoted


def judged(
    given: Given, record: type[Record], latest: datetime, zone: ZoneInfo, also: Mapping[str, str] | None = None
) -> str:
    """The query with one row for each of `given`: the record's columns, typed; `event_date` where the record has a day;
    `is_accepted` (true, or else refused); and where it is not, `flaw`, `told` (JSON for the model) and `raw`.

    `also` are further expressions over the relation, such as the file and the row's number. `latest` is the latest
    instant that is accepted. Typed columns mean nothing in rows that are not accepted.
    """
    given = folded(given, record)
    fields = {column.name: given.fields.get(column.name, Told()) for column in columns(record)}
    typed = {
        column.name: column.kind.value(f"given_{column.name}", fields[column.name].type) for column in columns(record)
    }
    kept = {**given.carried, **(also or {})}
    day = {"event_date": day_of(record.instant, zone)} if is_dated(record.table) else {}
    plain = {
        **{f"given_{field}": told.sql for field, told in fields.items()},
        **_witnesses(fields),
        **kept,
        "given_flaw": given.flaw,
    }
    refused = {"flaw": "given_flaw", "told": given.row or _told(fields), "raw": given.raw}
    return f"""
select
  {_lines([*typed, *_named(day), *kept])},
  is_accepted,
  {_lines(f"case when is_accepted is not true then {sql} end as {column}" for column, sql in refused.items())}
from (
  select *,
    {_passes(record, fields, latest)} as is_accepted
  from (
    select *,
      {_lines(_named(typed))}
    from (
      select *,
        {_lines(_named(plain))}
      from {given.relation}
    )
  )
)"""


def _lines(expressions: Iterable[str]) -> str:
    return ",\n  ".join(expressions)


def _named(expressions: Mapping[str, str]) -> list[str]:
    return [f"{sql} as {column}" for column, sql in expressions.items()]


def _witnesses(fields: Mapping[str, Told]) -> dict[str, str]:
    """What is known of values beside themselves, for the fields that need it."""
    sound = {f"sound_{field}": told.is_sound for field, told in fields.items() if told.is_sound}
    return sound | {f"shown_{field}": told.shown for field, told in fields.items() if told.shown}


def _told(fields: Mapping[str, Told]) -> str:
    """The row as JSON. Numbers stay numbers for the model, because it rounds them, and takes text at its word."""
    pairs = []
    for field, told in fields.items():
        plain = f"given_{field}" if told.type in ("DOUBLE", "DECIMAL") else f"given_{field}::varchar"
        shown = f"case when sound_{field} then to_json({plain}) else shown_{field} end" if told.shown else plain
        pairs.append(f"{quoted(field)}, {shown}")
    return f"json_object({', '.join(pairs)})::varchar"


def _passes(record: type[Record], fields: Mapping[str, Told], latest: datetime) -> str:
    laws = ["given_flaw is null"]
    for column in columns(record):
        field, told = f"given_{column.name}", fields[column.name]
        fits = column.kind.fits(field, told.type)
        laws.append(f"{field} is not null and {fits}" if column.required else f"({field} is null or {fits})")
        if told.is_sound:
            laws.append(f"sound_{column.name}")
    moment = f"timestamp {quoted(latest.replace(tzinfo=None).isoformat(sep=' '))}"
    laws += [f"({rule.sql})".replace("$latest", moment) for rule in record.rules]
    return "\n    and ".join(laws)

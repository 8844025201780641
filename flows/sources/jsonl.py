"""JSON lines: one object per line, keys in any order, a key that is missing or null is null."""

from __future__ import annotations

import json

from flows.records import Record, columns
from flows.records.depth import DEEPEST, deeper
from flows.records.kinds import Kind, Money, Text
from flows.sources.files import as_pattern
from flows.sources.given import Given, Told
from flows.sources.objects import without_nulls
from flows.sources.sql import quoted
from flows.sources.textfile import OBJECT, TextFile

BLANKS = "' ' || chr(9) || chr(13)"
# First letters of what is no plain value in JSON, read as text: a list, an object, NaN, Infinity.
NUMBERS = ["DOUBLE", "BIGINT", "UBIGINT"]
SUSPECTS = [ord(letter) for letter in "[{NnIi-"]


def given(file: TextFile, record: type[Record]) -> Given:
    """The rows of one file. A line that is no object has the flaw `malformed_json`, one with a value of more than
    DEEPEST levels `too_deep`."""
    names = [column.name for column in columns(record)]
    texts = quoted(json.dumps(dict.fromkeys(names, "VARCHAR")))
    without = quoted(json.dumps(dict.fromkeys(names)))
    compression = "'gzip'" if file.is_gzip else "'uncompressed'"
    lines = (
        f"read_ndjson_objects({quoted(as_pattern(file.path))}, ignore_errors = true, "
        f"maximum_object_size = {max(OBJECT, file.longest + 2)}, compression = {compression})"
    )
    # DuckDB's functions never see what is nested too deeply: at some ten thousand levels they end the process.
    shallow = (
        f"(select is_too_deep, if(is_too_deep, null, json) as json "
        f"from (select json, {deeper('json::varchar', DEEPEST + 1)} as is_too_deep from {lines}))"
    )
    return Given(
        relation=(
            f"(select json, is_too_deep, spoken, {without_nulls('unknown')} as extras "
            f"from (select json, is_too_deep, from_json(json, {texts}) as spoken, "
            # The merge patch of NULL is the patch itself.
            f"if(json is null, null, nullif(json_merge_patch(json, {without})::varchar, '{{}}')) as unknown "
            f"from {shallow}))"
        ),
        fields={column.name: told(column.name, column.kind) for column in columns(record)},
        extras="extras",
        row="json::varchar",
        flaw=(
            f"case when starts_with(ltrim(json::varchar, {BLANKS}), '{{') then null "
            f"when is_too_deep then 'too_deep' else 'malformed_json' end"
        ),
        carried={"extra_keys": "extras"},
    )


def told(field: str, kind: Kind) -> Told:
    """A key of the object as the field of that name. Its text tells almost all; what it hides is looked up."""
    text, type = f"spoken.{field}", f"json_type(json, '$.{field}')"
    if isinstance(kind, Text):
        # A case, not an or: each json_type parses the line once more, and in an or DuckDB does that for every row.
        plain = f"{text} is null or not list_contains({SUSPECTS}, ascii({text}))"
        digits = f"when list_contains({NUMBERS}, {type}) then regexp_matches({text}, '^-?[0-9]')"
        return Told(text, is_sound=f"case when {plain} then true {digits} else {type} = 'VARCHAR' end")
    if isinstance(kind, Money):
        return Told(_amount(field, text, type))
    return Told(text)


def _amount(field: str, text: str, type: str) -> str:
    """A number is rounded to 4 decimals, from its digits in the file: as a double it may have lost some."""
    digits = f"""regexp_extract(json::varchar, '"{field}"[ \\t]*:[ \\t]*(-?[0-9][0-9.eE+-]*)', 1)"""
    exact = f"case when try_cast({digits} as double) = try_cast({text} as double) then {digits} else {text} end"
    # DuckDB 1.5 makes -0.0001 of '-5e-6'; of the double of that value it makes 0.
    rounded = (
        f"case when contains(lower({exact}), 'e') then try_cast(try_cast({exact} as double) as decimal(18,4)) "
        f"else try_cast({exact} as decimal(18,4)) end"
    )
    return (
        f"case when {text} is null or regexp_full_match({text}, '[0-9]{{1,11}}(\\.[0-9]{{1,4}})?') then {text} "
        f"when list_contains({NUMBERS}, {type}) then coalesce(({rounded})::varchar, {text}) else {text} end"
    )

"""JSON objects as text, in SQL: made, chosen from and joined, without a value being written anew.

Not with json_merge_patch: to that a null says that a key is to be deleted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from flows.sources.sql import quoted

BLANKS = "' ' || chr(9) || chr(10) || chr(13)"


def object_of(values: Mapping[str, str]) -> str:
    """SQL of a JSON object of named expressions without those that are null; NULL where all are.

    >>> object_of({"a": "c1"})
    'nullif(\'{\' || concat_ws(\',\', \'"a":\' || nullif(to_json(c1)::varchar, \'null\')) || \'}\', \'{}\')'
    """
    members = ", ".join(
        f"{quoted(json.dumps(key, ensure_ascii=False) + ':')} || nullif(to_json({sql})::varchar, 'null')"
        for key, sql in values.items()
    )
    return f"nullif('{{' || concat_ws(',', {members}) || '}}', '{{}}')"


def without_nulls(found: str) -> str:
    """SQL of the JSON object `found` without its keys of value null; NULL where none is left. NULL is NULL."""
    kept = _members(found, f"json_type({found}, {_POINTER}) <> 'NULL'")
    return f"case when contains({found}, 'null') then '{{' || nullif({kept}, '') || '}}' else {found} end"


def joined(own: str, extras: str) -> str:
    """SQL of the JSON object `own` with the keys of `extras` that it does not have itself."""
    inner = f"trim(left(trim({own}, {BLANKS})[2:], -1), {BLANKS})"
    # try_cast, because DuckDB may look at a value before it looks at the condition that it is an object.
    further = _members(extras, f"not list_contains(json_keys(try_cast({own} as json)), key)")
    return f"'{{' || concat_ws(',', nullif({inner}, ''), nullif({further}, '')) || '}}'"


_POINTER = "'/' || replace(replace(key, '~', '~0'), '/', '~1')"


def _members(found: str, condition: str) -> str:
    """SQL of the text between the braces of an object, of only those keys for which `condition` over `key` is true."""
    keys = f"list_filter(json_keys({found}), lambda key: {condition})"
    member = f"to_json(key)::varchar || ':' || json_extract({found}, {_POINTER})::varchar"
    return f"array_to_string(list_transform({keys}, lambda key: {member}), ',')"

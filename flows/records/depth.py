"""How deeply JSON may be nested, and whether a text goes beyond that, in Python and in SQL."""

from __future__ import annotations

import re

# Lists and objects within each other, the outermost included. BigQuery's JSON takes 500, Python's parser a thousand
# less the depth of its caller, and those functions of DuckDB that recurse end the process at some ten thousand.
DEEPEST = 500

STRING = r'"(?:[^"\\]|\\.)*"'
_BRACKETS = re.compile(rf"{STRING}|[\[\]{{}}]")
_LONGEST_SPLIT = 65_536  # bytes; a text of a million brackets would be a list of a million pieces


def is_deeper(text: str, levels: int = DEEPEST) -> bool:
    """Whether the text, if it is JSON, is nested in more than `levels` levels. Does not recurse.

    >>> is_deeper('{"a": [1, "[["]}', levels=2), is_deeper('{"a": [[]]}', levels=2)
    (False, True)
    """
    if len(text) <= 2 * levels or text.count("[") + text.count("{") <= levels:
        return False
    depth = 0
    for found in _BRACKETS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
        if depth > levels:
            return True
    return False


def deeper(text: str, levels: int = DEEPEST) -> str:
    """The DuckDB expression that says the same of the expression `text`; false where that is null.

    Costs nothing for texts of up to two bytes a level, and little for those with less brackets than levels. Of the
    others the brackets alone are left, and as often as there are levels those pairs are removed that hold nothing.
    """
    pieces = f"len(string_split({text}, '[')) + len(string_split({text}, '{{'))"
    brackets = rf"""regexp_replace({text}, '{STRING}|[^\[\]{{}}"]+', '', 'g')"""
    alike = f"replace(replace({brackets}, '{{', '['), '}}', ']')"
    turns = f"string_split({alike} || repeat(',', {levels}), ',')"
    return (
        f"case when strlen({text}) > {2 * levels} then case "
        f"when strlen({text}) <= {_LONGEST_SPLIT} and {pieces} <= {levels + 2} then false "
        f"when contains({alike}, repeat('[', {levels + 1})) then true "
        f"else list_reduce({turns}, lambda rest, turn: replace(rest, '[]', '')) <> '' end else false end"
    )

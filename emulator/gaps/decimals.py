"""`cast(numeric as string)` has all nine places: '0.500000000' where BigQuery has '0.5'."""

import re
from typing import Any

import sqlglot
from bqemulator.domain.result import Ok
from bqemulator.sql.translator import SQLTranslator
from sqlglot import exp

_CONCERNED = re.compile(r"CAST\(.*\bAS (TEXT|VARCHAR)\)", re.IGNORECASE | re.DOTALL)


# In a list of one, so that the value stands there once, however deep such casts are nested.
_TRIMMED = sqlglot.parse_one(
    "list_transform([?], lambda v: case when typeof(v) like 'DECIMAL%' and contains(cast(v as text), '.') "
    "then rtrim(rtrim(cast(v as text), '0'), '.') else cast(v as text) end)[1]",
    read="duckdb",
)


def close() -> None:
    plain = SQLTranslator.translate

    def translate(self: Any, sql: str, **options: Any) -> Any:
        done = plain(self, sql, **options)
        return Ok(_trimmed(done.value)) if isinstance(done, Ok) and _CONCERNED.search(done.value) else done

    SQLTranslator.translate = translate


def _trimmed(sql: str) -> str:
    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
    except sqlglot.errors.SqlglotError:
        return sql
    casts = [cast for cast in tree.find_all(exp.Cast) if _is_to_text(cast)]
    for cast in casts:
        trimmed = _TRIMMED.copy()
        value = cast.this
        cast.replace(trimmed)
        trimmed.find(exp.Placeholder).replace(value)
    return tree.sql("duckdb") if casts else sql


def _is_to_text(cast: Any) -> bool:
    """Whether a number might become a text here; most of what is cast says that it is none."""
    value = cast.this
    is_known = isinstance(value, exp.Literal | exp.Boolean | exp.Null) or (
        isinstance(value, exp.Cast) and value.to.this != exp.DataType.Type.DECIMAL
    )
    return cast.to.this in exp.DataType.TEXT_TYPES and type(cast) is exp.Cast and not is_known

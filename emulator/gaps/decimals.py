"""`cast(numeric as string)` has all nine places: '0.500000000' where BigQuery has '0.5'."""

import re
from typing import Any

import sqlglot
from bqemulator.domain.result import Ok
from bqemulator.sql.translator import SQLTranslator
from sqlglot import exp

_CONCERNED = re.compile(r"CAST\(.*\bAS (TEXT|VARCHAR)\)", re.IGNORECASE | re.DOTALL)


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
    for cast in reversed(casts):
        text, value = cast.sql("duckdb"), cast.this.sql("duckdb")
        cast.replace(
            sqlglot.parse_one(
                f"CASE WHEN typeof({value}) LIKE 'DECIMAL%' AND contains({text}, '.') "
                f"THEN rtrim(rtrim({text}, '0'), '.') ELSE {text} END",
                read="duckdb",
            )
        )
    return tree.sql("duckdb") if casts else sql


def _is_to_text(cast: Any) -> bool:
    is_known_text = isinstance(cast.this, exp.Literal | exp.Boolean | exp.Null | exp.Cast)
    return cast.to.this in exp.DataType.TEXT_TYPES and type(cast) is exp.Cast and not is_known_text

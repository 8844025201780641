"""`cast(… as numeric)` keeps three places, and not nine."""

from typing import Any

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB


def close() -> None:
    plain = DuckDB.Generator.TRANSFORMS[exp.DataType]

    def datatype_sql(self: Any, kind: exp.DataType) -> str:
        is_bare = kind.this == exp.DataType.Type.DECIMAL and not kind.expressions
        return "DECIMAL(38, 9)" if is_bare else str(plain(self, kind))

    DuckDB.Generator.TRANSFORMS[exp.DataType] = datatype_sql

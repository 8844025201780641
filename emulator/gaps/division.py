"""`div(a - b, c)` is worked out as `a - b // c`: what stands in its place has no parentheses."""

from typing import Any

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB


def close() -> None:
    def divided(self: Any, call: exp.IntDiv) -> str:
        wrapped = (exp.Paren(this=part.copy()) for part in (call.this, call.expression))
        return str(self.binary(exp.IntDiv(this=next(wrapped), expression=next(wrapped)), "//"))

    DuckDB.Generator.TRANSFORMS[exp.IntDiv] = divided

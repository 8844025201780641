"""`create table t (columns) as (select …)`, as dbt writes it for a contract, fails: it is not looked into."""

from typing import Any

import bqemulator.sql.rewriter.create_table_schema_ctas as ctas
from sqlglot import exp


def close() -> None:
    plain = ctas._first_select

    def first_select(body: Any) -> Any:
        return first_select(body.this) if isinstance(body, exp.Subquery) else plain(body)

    ctas._first_select = first_select

"""`array_agg(distinct x ignore nulls)`, as dbt writes it for a dynamic insert_overwrite, fails."""

from typing import Any

import bqemulator.sql.rewriter.aggregate_variants as aggregates
from sqlglot import exp


def close() -> None:
    plain = aggregates._filter_target

    def filter_target(operand: Any) -> Any:
        operand = plain(operand)
        return operand.expressions[0] if isinstance(operand, exp.Distinct) else operand

    aggregates._filter_target = filter_target

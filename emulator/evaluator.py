"""Google's reference evaluator: the rows of a question that names no table, as the language is defined."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from zetasql.api import PreparedQuery

from emulator.analyzer import Analyzer

Row = dict[str, Any]


def rows(analyzer: Analyzer, sql: str) -> list[Row]:
    """The rows, by column, as JSON has them: the evaluator's own answers leave the value of an instant out."""
    sql = f"select to_json_string(answer) as answer from (\n{sql}\n) as answer"
    builder = (
        PreparedQuery.builder().set_sql(sql).set_analyzer_options(analyzer.options).set_catalog(analyzer.catalog())
    )
    with builder.prepare() as query:
        found = query.execute().content.table_data.row
        return [json.loads(row.cell[0].string_value, parse_float=Decimal) for row in found]

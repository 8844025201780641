"""Google's reference evaluator: what BigQuery's SQL means, on tables of some hundred rows. It has no approximations."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import zetasql.types as zt
from zetasql.api import PreparedQuery
from zetasql.core import ZetaSqlLocalService
from zetasql.core.local_service import parse_proto
from zetasql.wasi._pb2.zetasql.local_service import local_service_pb2

from emulator.catalog import catalog, options, path_of
from emulator.types import named, parsed
from emulator.values import decoded, encoded

Rows = Sequence[Sequence[Any]]


def evaluate(
    sql: str, tables: Mapping[str, tuple[Mapping[str, str], Rows]]
) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """What a question comes to: its columns' types and its rows, as tables are given. Raises ServerError."""
    known, content = {}, {}
    for name, (columns, rows) in tables.items():
        path = path_of(name)
        known[path] = {column: parsed(kind) for column, kind in columns.items()}
        content[".".join(path)] = _content(list(columns.values()), rows)
        sql = _as_one_name(path, sql)
    service = ZetaSqlLocalService.get_instance()
    request = zt.PrepareQueryRequest(sql=sql, options=options(), simple_catalog=catalog(known, {})).to_proto()
    for name, rows in content.items():
        request.table_content[name].table_data.row.extend(rows)
    state = service.wasm_client.call_grpc_func(
        "ZetaSqlLocalService_PrepareQuery", request, local_service_pb2.PrepareQueryResponse
    ).prepared
    with PreparedQuery(service, state.prepared_query_id, [parse_proto(column) for column in state.columns]) as prepared:
        # Not `prepared.execute()`: it loses instants on their way out of the message.
        answer = service.wasm_client.call_grpc_func(
            "ZetaSqlLocalService_EvaluateQuery",
            local_service_pb2.EvaluateQueryRequest(prepared_query_id=prepared.prepared_query_id),
            local_service_pb2.EvaluateQueryResponse,
        )
        columns_of = [(column.name, named(column.type)) for column in prepared.columns]
        return dict(columns_of), [
            {name: decoded(cell, kind) for (name, kind), cell in zip(columns_of, row.cell, strict=True)}
            for row in answer.content.table_data.row
        ]


def _as_one_name(path: tuple[str, ...], sql: str) -> str:
    """The table's name in one pair of backticks wherever the question has it: only such tables can have rows."""
    dot = r"`?\s*\.\s*`?"
    names = [dot.join(map(re.escape, path[start:])) for start in range(len(path) - 1)]
    return re.sub(rf"(?<![\w.`])`?(?:{'|'.join(names)})\b`?", f"`{'.'.join(path)}`", sql)


def _content(kinds: Sequence[str], rows: Rows) -> list[Any]:
    return [
        local_service_pb2.TableData.Row(cell=[encoded(value, kind) for value, kind in zip(row, kinds, strict=True)])
        for row in rows
    ]

"""`require_partition_filter` is forgotten, and a question without a filter is answered."""

from typing import Any

import bqemulator.api.routes.tables as tables
import bqemulator.jobs.executor as executor
import bqemulator.scripting.interpreter as interpreter
import bqemulator.sql.inner_query as inner_query
import sqlglot
from bqemulator.domain.errors import InvalidQueryError
from sqlglot import exp


def close() -> None:
    _remember()
    plain = inner_query.rewrite_and_translate_statement

    async def translate(sql: str, *, project_id: str, ctx: Any, **told: Any) -> str:
        _require_filter(sql, project_id, ctx.catalog)
        return await plain(sql, project_id=project_id, ctx=ctx, **told)

    executor.rewrite_and_translate_statement = interpreter.rewrite_and_translate_statement = translate


def _remember() -> None:
    """The emulator knows the flag only inside `timePartitioning`, clients send it beside."""
    read, write = tables._rest_to_table_meta, tables._table_to_rest

    def from_rest(project: str, dataset: str, body: dict[str, Any], *more: Any, **told: Any) -> Any:
        if "requirePartitionFilter" in body and body.get("timePartitioning"):
            flag = {"requirePartitionFilter": bool(body["requirePartitionFilter"])}
            body = {**body, "timePartitioning": {**body["timePartitioning"], **flag}}
        return read(project, dataset, body, *more, **told)

    def to_rest(table: Any) -> dict[str, Any]:
        body = write(table)
        if (body.get("timePartitioning") or {}).get("requirePartitionFilter"):
            body["requirePartitionFilter"] = True
        return body

    tables._rest_to_table_meta, tables._table_to_rest = from_rest, to_rest


def _require_filter(sql: str, project: str, catalog: Any) -> None:
    """Raise what BigQuery would where a table that requires a filter is read without its partition column in one.

    Coarser than BigQuery, which also asks whether the filter can be used to leave partitions out.
    """
    try:
        tree = sqlglot.parse_one(sql, read="bigquery")
    except sqlglot.errors.SqlglotError:
        return
    target = tree.this if isinstance(tree, exp.Insert | exp.Create) else None
    filtered = {column.name.lower() for condition in _conditions(tree) for column in condition.find_all(exp.Column)}
    for table in tree.find_all(exp.Table):
        parts = ".".join(part for part in (table.catalog, table.db, table.name) if part).split(".")
        if not table.db or len(parts) > 3 or (target is not None and (table is target or table.parent is target)):
            continue
        meta = catalog.get_table(*([project, *parts][-3:]))
        layout = meta and meta.time_partitioning
        if not layout or not layout.require_partition_filter:
            continue
        column = layout.field or "_PARTITIONTIME"
        if column.lower() not in filtered:
            raise InvalidQueryError(
                f"Cannot query over table '{meta.project_id}.{meta.dataset_id}.{meta.table_id}' without a filter over "
                f"column(s) '{column}' that can be used for partition elimination"
            )


def _conditions(tree: Any) -> list[Any]:
    found = list(tree.find_all(exp.Where, exp.Qualify))
    for joined in tree.find_all(exp.Join, exp.Merge):
        found.append(joined.args.get("on") or joined)
    return found

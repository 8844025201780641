"""A table's time of modification stays that of its making, whatever statements write to it."""

from typing import Any

import bqemulator.api.routes.jobs as jobs
import sqlglot
from sqlglot import exp


def close() -> None:
    plain = jobs._handle_query_job

    async def query(project: str, job_id: str, config: dict[str, Any], *, dry_run: bool, ctx: Any, **told: Any) -> Any:
        answer = await plain(project, job_id, config, dry_run=dry_run, ctx=ctx, **told)
        if not dry_run and not getattr(answer, "error_result", None):
            for table in _written(config["query"].get("query", ""), project, ctx):
                ctx.catalog.update_table(table.model_copy(update={"last_modified_time": ctx.clock.now()}))
        return answer

    jobs._handle_query_job = query


def _written(sql: str, project: str, context: Any) -> list[Any]:
    try:
        trees = sqlglot.parse(sql, read="bigquery")
    except sqlglot.errors.SqlglotError:
        return []
    found = []
    for tree in trees:
        for statement in tree.find_all(exp.Insert, exp.Update, exp.Delete, exp.Merge) if tree else ():
            table = statement.find(exp.Table)
            parts = ".".join(part for part in (table.catalog, table.db, table.name) if part).split(".") if table else []
            meta = context.catalog.get_table(*[project, *parts][-3:]) if 2 <= len(parts) <= 3 else None
            if meta is not None:
                found.append(meta)
    return found

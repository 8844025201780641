"""Tables have no bytes and not the rows that statements wrote; questions read no bytes, whatever `maximumBytesBilled`.

A table has eight bytes for each cell. That is nobody's bill: it gives the form of BigQuery's answers, and its refusal.
"""

from typing import Any

import bqemulator.api.routes.jobs as jobs
import bqemulator.api.routes.tables as tables
import bqemulator.jobs.executor as executor
import bqemulator.server as server
import sqlglot
from bqemulator.domain.errors import InvalidQueryError
from sqlglot import exp

_LEAST = 10 * 2**20  # is billed for every question that reads a table


def close() -> None:
    _tell_sizes()
    _tell_billed()


class BytesBilledLimitExceeded(InvalidQueryError):
    bq_reason = "bytesBilledLimitExceeded"


def _tell_sizes() -> None:
    make, to_rest = server.create_app, tables._table_to_rest
    contexts: list[Any] = []

    def create_app(context: Any) -> Any:
        contexts[:] = [context]
        return make(context)

    def sized(table: Any) -> dict[str, Any]:
        if table.table_type == "TABLE" and contexts:
            rows, size = _size(table, contexts[0])
            table = table.model_copy(update={"num_rows": rows, "num_bytes": size})
        return to_rest(table)

    server.create_app, tables._table_to_rest = create_app, sized


def _size(table: Any, context: Any) -> tuple[int, int]:
    place = executor.quoted_table_ref(table.project_id, table.dataset_id, table.table_id)
    # A cursor of its own: requests are answered in several threads.
    rows = context.engine.connection.cursor().execute(f"SELECT count(*) FROM {place}").fetchone()[0]
    return rows, rows * 8 * len(table.schema_.fields)


def _tell_billed() -> None:
    plain = jobs._handle_query_job

    async def query(project: str, job_id: str, config: dict[str, Any], *, dry_run: bool, ctx: Any, **told: Any) -> Any:
        asked = config["query"]
        read = _bytes_read(asked.get("query", ""), project, ctx)
        billed, limit = max(read, _LEAST) if read is not None else 0, asked.get("maximumBytesBilled")
        if limit is not None and billed > int(limit) and not dry_run:
            return _refused(project, job_id, config, ctx, int(limit), billed)
        answer = await plain(project, job_id, config, dry_run=dry_run, ctx=ctx, **told)
        statistics = answer["statistics"] if isinstance(answer, dict) else answer.statistics
        for place in (statistics, statistics.setdefault("query", {})):
            place["totalBytesProcessed"] = str(read or 0)
        statistics["query"] |= {"totalBytesBilled": "0" if dry_run else str(billed), "totalSlotMs": "0"}
        return answer

    jobs._handle_query_job = query


def _refused(project: str, job_id: str, config: dict[str, Any], context: Any, limit: int, billed: int) -> Any:
    refusal = BytesBilledLimitExceeded(f"Query exceeded limit for bytes billed: {limit}. {billed} or higher required.")
    return jobs._failed_job_meta(
        project_id=project,
        job_id=job_id,
        job_type="QUERY",
        config=config,
        error_result=jobs._domain_error_to_error_result(refusal),
        now=context.clock.now(),
    )


def _bytes_read(sql: str, project: str, context: Any) -> int | None:
    """The bytes of all tables that are named, None for none. Of those that views read nothing is known."""
    try:
        trees = sqlglot.parse(sql, read="bigquery")
    except sqlglot.errors.SqlglotError:
        return None
    found = {}
    for table in (table for tree in trees if tree for table in tree.find_all(exp.Table)):
        parts = ".".join(part for part in (table.catalog, table.db, table.name) if part).split(".")
        meta = context.catalog.get_table(*[project, *parts][-3:]) if 2 <= len(parts) <= 3 else None
        if meta is not None and meta.table_type == "TABLE":
            found[meta.dataset_id, meta.table_id] = _size(meta, context)[1]
    return sum(found.values()) if found else None

"""Columns that a patch adds are not in the table, and those that `alter table` adds or drops not in its metadata.

The emulator keeps a table twice, as metadata and in DuckDB. A schema that is patched changes DuckDB's table, and
statements that alter or cluster a table change its metadata.
"""

from typing import Any

import bqemulator.api.routes.tables as tables
import bqemulator.catalog.ddl_sync as ddl
import bqemulator.jobs.executor as executor
import bqemulator.storage.type_map as types
import sqlglot
from bqemulator.catalog.memory_repository import MemoryCatalogRepository
from bqemulator.catalog.models import Clustering, TableSchema
from sqlglot import exp


def close() -> None:
    _widen_when_patched()
    _follow_statements()


def _widen_when_patched() -> None:
    plain = MemoryCatalogRepository.update_table

    def update_table(self: Any, meta: Any) -> Any:
        known = self.get_table(meta.project_id, meta.dataset_id, meta.table_id)
        if known is not None and self._engine is not None and meta.table_type == "TABLE":
            place = executor.quoted_table_ref(meta.project_id, meta.dataset_id, meta.table_id)
            there = {row[0] for row in self._engine.execute(f"DESCRIBE {place}").fetchall()}
            fields = [tables._field_to_rest(field) for field in meta.schema_.fields]
            for name, kind in types.bq_schema_to_duckdb_columns(fields):
                if name not in there:
                    self._engine.execute(f'ALTER TABLE {place} ADD COLUMN "{name}" {kind}')
        return plain(self, meta)

    MemoryCatalogRepository.update_table = update_table


def _follow_statements() -> None:
    plain = ddl.sync_created_table

    def sync(sql: str, project: str, context: Any) -> None:
        plain(sql, project, context)
        try:
            tree = sqlglot.parse_one(sql, read="bigquery")
        except sqlglot.errors.SqlglotError:
            return
        if isinstance(tree, exp.Alter):
            _follow_alter(tree, project, context)
        elif isinstance(tree, exp.Create) and (cluster := tree.find(exp.ClusterProperty)):
            _update(tree, project, context, clustering=Clustering(fields=tuple(c.name for c in cluster.expressions)))

    ddl.sync_created_table = executor.sync_created_table = sync
    import bqemulator.scripting.interpreter as interpreter

    interpreter.sync_created_table = sync


def _follow_alter(tree: Any, project: str, context: Any) -> None:
    place = _place(tree, project)
    meta = context.catalog.get_table(*place)
    if meta is None or meta.table_type != "TABLE":
        return
    known = {field.name: field for field in meta.schema_.fields}
    now = ddl._introspect_schema(*place, context).fields
    context.catalog.update_table(
        meta.model_copy(update={"schema_": TableSchema(fields=tuple(known.get(field.name, field) for field in now))})
    )


def _update(tree: Any, project: str, context: Any, **changed: Any) -> None:
    meta = context.catalog.get_table(*_place(tree, project))
    if meta is not None:
        context.catalog.update_table(meta.model_copy(update=changed))


def _place(tree: Any, project: str) -> tuple[str, str, str]:
    return ddl._split_target(tree.find(exp.Table), project)

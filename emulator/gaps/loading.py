"""Parquet is loaded by position and nulls go into required columns; `table$partition` and the job's layout are unknown.

Columns are loaded by name. A null in a required column, a column that the table lacks, a row of another partition, a
table or a file that is not there: all are refused in BigQuery's words. A table that a job makes has the job's
partitions and clusters. A job of several files writes all or none.
"""

from glob import glob
from typing import Any

import bqemulator.api.routes.tables as tables
import bqemulator.jobs.executor as executor
from bqemulator.catalog.models import Clustering
from bqemulator.domain.errors import (
    InvalidQueryError,
    NotFoundError,
    ResourceRef,
    resource_already_exists,
    resource_not_found,
)
from bqemulator.storage.type_map import duckdb_type_to_bq_field

from emulator.gaps.decorators import in_partition, split


def close() -> None:
    _parse, _empty = executor._parse_load_job_config, executor._apply_load_write_disposition
    _make, _load = executor._maybe_create_load_destination, executor._load_path_into_target
    _execute = executor.execute_load_job

    def parse(project: str, config: dict[str, Any]) -> Any:
        load = dict(config.get("load", {}))
        target = dict(load.get("destinationTable", {}))
        target["tableId"], load["_partition"] = split(target.get("tableId", ""))
        return _parse(project, {**config, "load": {**load, "destinationTable": target}})

    def empty(job: Any, context: Any) -> None:
        partition = job.raw_config.get("_partition")
        meta = context.catalog.get_table(*_place(job))
        if meta is not None and job.write_disposition == "WRITE_EMPTY" and _rows(context.engine, job.target_ref):
            raise resource_already_exists(ResourceRef("table", *_place(job)))
        if not partition:
            return _empty(job, context)
        if meta is None or meta.time_partitioning is None:
            raise InvalidQueryError(f"{job.table_id} is not partitioned")
        if job.write_disposition == "WRITE_TRUNCATE":
            context.engine.execute(f"DELETE FROM {job.target_ref} WHERE {in_partition(meta, partition)}")

    def load(path: str, job: Any, context: Any) -> None:
        if job.source_format != "PARQUET":
            return _load(path, job, context)
        paths = [executor._resolve_uri(uri, context) for uri in job.source_uris]
        if path != paths[0]:
            return  # was read with the first: in one statement it is all or nothing
        source = _reading(*paths)
        if meta := context.catalog.get_table(*_place(job)):
            _check(context.engine, source, job, meta)
        context.engine.execute(f"INSERT INTO {job.target_ref} BY NAME SELECT * FROM {source}")

    def make(*, load_config: dict[str, Any], ctx: Any, **place: Any) -> None:
        if load_config.get("sourceFormat") == "PARQUET" and not (load_config.get("schema") or {}).get("fields"):
            path = executor._resolve_uri(load_config["sourceUris"][0], ctx)
            columns = ctx.engine.execute(f"DESCRIBE SELECT * FROM {_reading(path)}").fetchall()
            load_config["schema"] = {"fields": [duckdb_type_to_bq_field(*column[:2]) for column in columns]}
        _make(load_config=load_config, ctx=ctx, **place)
        meta = ctx.catalog.get_table(place["dest_project"], place["dest_dataset"], place["dest_table_id"])
        if meta is not None and (load_config.get("timePartitioning") or load_config.get("clustering")):
            ctx.catalog.update_table(meta.model_copy(update=_layout(load_config)))

    async def execute(project: str, job_id: str, config: dict[str, Any], context: Any) -> Any:
        _find(parse(project, config), context)
        return await _execute(project, job_id, config, context)

    executor.execute_load_job = execute
    executor._parse_load_job_config, executor._apply_load_write_disposition = parse, empty
    executor._load_path_into_target, executor._maybe_create_load_destination = load, make


def _place(job: Any) -> tuple[str, str, str]:
    return job.project_id, job.dataset_id, job.table_id


def _reading(*paths: str) -> str:
    quoted = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    return f"read_parquet([{quoted}], hive_partitioning = false, union_by_name = true)"


def _rows(engine: Any, source: str) -> int:
    return engine.execute(f"SELECT count(*) FROM {source}").fetchone()[0]


def _find(job: Any, context: Any) -> None:
    """Raise what BigQuery would where the dataset, the table or a file is not there."""
    project, dataset, table = _place(job)
    if context.catalog.get_dataset(project, dataset) is None:
        raise resource_not_found(ResourceRef("dataset", project, dataset))
    if job.create_disposition == "CREATE_NEVER" and context.catalog.get_table(project, dataset, table) is None:
        raise resource_not_found(ResourceRef("table", project, dataset, table))
    for uri in job.source_uris:
        if not glob(executor._resolve_uri(uri, context)):  # noqa: PTH207 - a pattern from the root
            raise NotFoundError(f"Not found: URI {uri}")


def _layout(load: dict[str, Any]) -> dict[str, Any]:
    clustering = load.get("clustering")
    return {
        "time_partitioning": tables._rest_to_time_partitioning(load.get("timePartitioning"), None),
        "clustering": Clustering(fields=tuple(clustering["fields"])) if clustering else None,
    }


def _check(engine: Any, source: str, job: Any, meta: Any) -> None:
    """Raise what BigQuery would where a file does not fit its table."""

    def rows(condition: str) -> int:
        return _rows(engine, f"{source} WHERE {condition}")

    columns = [column[0] for column in engine.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
    known = {field.name.lower() for field in meta.schema_.fields}
    for column in columns:
        if column.lower() not in known:
            raise InvalidQueryError(
                f"Provided Schema does not match Table {job.dataset_id}.{job.table_id}. "
                f"Cannot add fields (field: {column})"
            )
    for field in meta.schema_.fields:
        if field.mode == "REQUIRED" and (field.name not in columns or rows(f'"{field.name}" IS NULL')):
            raise InvalidQueryError(f"Required field {field.name} cannot be null")
    partition = job.raw_config.get("_partition")
    if partition and rows(f"NOT coalesce({in_partition(meta, partition)}, false)"):
        raise InvalidQueryError(
            f"Some rows belong to different partitions rather than destination partition {job.table_id}${partition}"
        )

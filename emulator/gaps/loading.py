"""Parquet is loaded by position and nulls go into required columns; `table$partition` and the job's layout are unknown.

Columns are loaded by name; a null in a required column, a column that the table lacks and a row of another partition
are refused; a table that a job makes has the job's partitions and clusters. A job of several files writes all or none.
"""

from typing import Any

import bqemulator.api.routes.tables as tables
import bqemulator.jobs.executor as executor
from bqemulator.catalog.models import Clustering
from bqemulator.domain.errors import InvalidQueryError
from bqemulator.storage.type_map import duckdb_type_to_bq_field

from emulator.gaps.decorators import in_partition, split


def close() -> None:
    _parse, _empty = executor._parse_load_job_config, executor._apply_load_write_disposition
    _make, _load = executor._maybe_create_load_destination, executor._load_path_into_target

    def parse(project: str, config: dict[str, Any]) -> Any:
        load = dict(config.get("load", {}))
        target = dict(load.get("destinationTable", {}))
        target["tableId"], load["_partition"] = split(target.get("tableId", ""))
        return _parse(project, {**config, "load": {**load, "destinationTable": target}})

    def empty(job: Any, context: Any) -> None:
        partition = job.raw_config.get("_partition")
        if not partition:
            return _empty(job, context)
        meta = context.catalog.get_table(job.project_id, job.dataset_id, job.table_id)
        if meta is None or meta.time_partitioning is None:
            raise InvalidQueryError(f"{job.table_id} is not partitioned")
        if job.write_disposition == "WRITE_TRUNCATE":
            context.engine.execute(f"DELETE FROM {job.target_ref} WHERE {in_partition(meta, partition)}")

    def load(path: str, job: Any, context: Any) -> None:
        if job.source_format != "PARQUET":
            return _load(path, job, context)
        source = _reading(path)
        if meta := context.catalog.get_table(job.project_id, job.dataset_id, job.table_id):
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

    executor._parse_load_job_config, executor._apply_load_write_disposition = parse, empty
    executor._load_path_into_target, executor._maybe_create_load_destination = load, make


def _reading(path: str) -> str:
    quoted = path.replace("'", "''")
    return f"read_parquet('{quoted}', hive_partitioning = false)"


def _layout(load: dict[str, Any]) -> dict[str, Any]:
    clustering = load.get("clustering")
    return {
        "time_partitioning": tables._rest_to_time_partitioning(load.get("timePartitioning"), None),
        "clustering": Clustering(fields=tuple(clustering["fields"])) if clustering else None,
    }


def _check(engine: Any, source: str, job: Any, meta: Any) -> None:
    """Raise what BigQuery would where a file does not fit its table."""

    def rows(condition: str) -> int:
        return engine.execute(f"SELECT count(*) FROM {source} WHERE {condition}").fetchone()[0]

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

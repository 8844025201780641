"""A job's id can be given twice, and an upload forgets the one that it was given; a load that fails leaves no job.

The second job of an id is refused with 409; whatever is wrong with a load is told by its job, as BigQuery does it.
"""

from typing import Any

import bqemulator.api.routes.jobs as jobs
import bqemulator.api.routes.upload as upload
import bqemulator.jobs.executor as executor
from bqemulator.domain.errors import AlreadyExistsError, DomainError, UnsupportedFeatureError


def close() -> None:
    plain_query, plain_envelope = jobs._handle_query_job, upload._load_configuration_from_envelope

    async def query(project: str, job_id: str, config: dict[str, Any], *, ctx: Any, **told: Any) -> Any:
        _refuse_twice(project, job_id, ctx)
        return await plain_query(project, job_id, config, ctx=ctx, **told)

    def configuration(envelope: dict[str, Any]) -> dict[str, Any]:
        job = (envelope.get("jobReference") or {}).get("jobId") or upload._new_job_id()
        return {**plain_envelope(envelope), "_job": job}

    async def run_upload(*, project_id: str, configuration: dict[str, Any], media_path: str, ctx: Any) -> Any:
        config = dict(configuration)
        job_id = config.pop("_job")
        config["load"] = {**config.get("load", {}), "sourceUris": [f"file://{media_path}"]}
        job = await _load(project_id, job_id, config, ctx)
        ctx.catalog.upsert_job(job)
        return job_id, job

    jobs._handle_query_job, jobs._handle_load_job_with_async_envelope = query, _load
    upload._load_configuration_from_envelope, upload._run_load = configuration, run_upload


def _refuse_twice(project: str, job_id: str, context: Any) -> None:
    if context.catalog.get_job(project, job_id) is not None:
        raise AlreadyExistsError(f"Already Exists: Job {project}:US.{job_id}")


async def _load(project: str, job_id: str, config: dict[str, Any], context: Any) -> Any:
    _refuse_twice(project, job_id, context)
    try:
        return await executor.execute_load_job(project, job_id, config, context)
    except UnsupportedFeatureError:
        raise
    except Exception as refused:
        return jobs._failed_job_meta(
            project_id=project,
            job_id=job_id,
            job_type="LOAD",
            config=config,
            error_result=_told(refused, config),
            now=context.clock.now(),
        )


def _told(refused: Exception, config: dict[str, Any]) -> dict[str, Any]:
    if isinstance(refused, DomainError):
        reason = "invalid" if refused.bq_reason == "invalidQuery" else refused.bq_reason
        return {"reason": reason, "message": refused.message}
    place = (config.get("load", {}).get("sourceUris") or [""])[0]
    return {
        "reason": "invalid",
        "message": f"Error while reading data, error message: {refused} File: {place}",
        "location": place,
    }

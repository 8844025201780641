"""How a batch gets from the lake into BigQuery: load jobs into tables of its own, then one transaction into `raw`.

A load job writes only into an empty table, and its id is derived from the batch and from what is in its files. Whoever
was killed between any two calls leaves a table that is empty or whole, and the next run finds the job that it would
have begun, unless the batch was validated anew meanwhile. No row comes through this process; the files of a lake in a
folder are sent as they are.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from flows.bills import charge
from flows.errors import LedgerError, StorageError, WarehouseError
from flows.lake import Lake
from flows.receipts import Billed, Validated
from flows.records import RECORDS
from flows.warehouse.batch import rows_by_table
from flows.warehouse.bigquery_jobs import Jobs
from flows.warehouse.bigquery_tables import make_table, schema_field
from flows.warehouse.tables import OPS, Field, raw_fields

if TYPE_CHECKING:
    from google.cloud import bigquery

ATTEMPTS = 20


def batch_table(table: str, batch_id: str, contents: str = "") -> str:
    """The table of dataset `lake` that holds a batch's rows of `table` until they are in `raw`; `contents` tells apart
    what was in its files, whatever text that is."""
    word = f"_{hashlib.sha256(contents.encode()).hexdigest()[:12]}" if contents else ""
    return f"{table}_{re.sub(r'[^A-Za-z0-9_]', '_', batch_id)}{word}"


def stage(jobs: Jobs, validated: Validated, lake: Lake) -> dict[str, str]:
    """Load a batch's accepted rows into tables of their own in dataset `lake`; their names there by record.

    A record without rows gets an empty table. Doing it again changes nothing. Raises LedgerError if a table does not
    hold the rows that were accepted, WarehouseError with file and reason if BigQuery cannot read one, StorageError if a
    file of a lake in a folder cannot be.
    """
    batch_id, rows, tables = validated.batch.batch_id, rows_by_table(validated), {}
    for table in RECORDS:
        files = lake.accepted_files(table, batch_id) if rows.get(table) else []
        name = batch_table(table, batch_id, " ".join(map(lake.checksum, files)))
        fill(jobs, name, raw_fields(table), [lake.name(file) for file in files], rows.get(table, 0), table)
        tables[table] = name
    return tables


def stage_passed(jobs: Jobs, validated: Validated, passed: Path) -> str:
    """Load the places of the refused rows that a replay brought into a table of dataset `lake`; its name.

    Raises LedgerError if they are not as many as it read, or if one of them is not waiting in the quarantine.
    """
    batch, rows = validated.batch, sum(count.rows_read for count in validated.counts)
    name = batch_table("passed", batch.batch_id)
    fields = [field for field in OPS["replays"] if field.name in ("table_name", "source_file", "line")]
    drop(jobs, [name])
    fill(jobs, name, fields, [str(passed)], rows, "replays")
    (found,) = jobs.rows(
        f"""
        select
            (
                select count(*) from lake.{name} as passed
                inner join ops.replays as earlier using (table_name, source_file, line)
                where earlier.replay_of = @of
            ) as known,
            (select max(quarantined) from ops.batches where batch_id = @of) as waiting
        """,
        {"of": batch.replay_of},
    )
    if found["known"] or (found["waiting"] or 0) < rows:
        raise LedgerError(
            f"the {rows} rows of replay {batch.batch_id} are not rows of batch {batch.replay_of} that wait in the "
            "quarantine; nothing was loaded"
        )
    return name


def drop(jobs: Jobs, names: Sequence[str]) -> None:
    """Remove tables of dataset `lake`; those that are gone are no matter."""
    with jobs.translated("tables of dataset lake"):
        for name in names:
            jobs.client.delete_table(f"{jobs.dataset('lake')}.{name}", not_found_ok=True, retry=jobs.retry)


def drop_staged(jobs: Jobs, batch_id: str) -> None:
    """Remove a batch's tables of dataset `lake`, whatever was in its files when they were filled."""
    wanted = re.compile("|".join(f"{batch_table(table, batch_id)}(_[0-9a-f]{{12}})?" for table in RECORDS))
    drop(jobs, [name for name in left_of(jobs) if wanted.fullmatch(name)])


def left_of(jobs: Jobs, beginning: str = "") -> list[str]:
    """The tables of dataset `lake` whose names begin like that."""
    with jobs.translated("tables of dataset lake"):
        tables = jobs.client.list_tables(jobs.dataset("lake"), retry=jobs.retry)
        return [table.table_id for table in tables if table.table_id.startswith(beginning)]


def drop_all(jobs: Jobs) -> None:
    """Remove every table of dataset `lake`."""
    drop(jobs, left_of(jobs))


def fill(
    jobs: Jobs,
    name: str,
    fields: Sequence[Field],
    files: Sequence[str],
    rows: int,
    what: str,
    *,
    clustered_by: Sequence[str] = (),
) -> None:
    """Make the table `lake.<name>` and load files into it, all in one job, unless it is full already.

    The files are objects of a bucket by their addresses, or one of this machine. Raises as `stage` does.
    """
    place = f"{jobs.dataset('lake')}.{name}"
    with jobs.translated(f"table {place}"):
        about = f"Rows of a batch on their way to raw.{what}."
        make_table(jobs, "lake", name, fields, about=about, clustered_by=clustered_by)
        held = jobs.client.get_table(place, retry=jobs.retry).num_rows or 0
    if held == 0 and rows:
        held = _load(jobs, name, fields, files)
    if held != rows:
        raise LedgerError(
            f"{what}: {rows} rows were accepted, but {files[0]} gave {held} to {place}; nothing was loaded: remove "
            "that table and run again"
        )


def _load(jobs: Jobs, name: str, fields: Sequence[Field], files: Sequence[str]) -> int:
    """Run the load job, or wait for one that an earlier run began; the rows that it wrote."""
    from google.cloud import bigquery

    config = bigquery.LoadJobConfig(
        schema=[schema_field(field) for field in fields],
        source_format=bigquery.SourceFormat.PARQUET,
        write_disposition=bigquery.WriteDisposition.WRITE_EMPTY,
        create_disposition=bigquery.CreateDisposition.CREATE_NEVER,
        labels=jobs.settings.labels,
    )
    told = ", ".join(files)
    with jobs.translated(f"load of {told} into lake.{name}"):
        job = _job(jobs, name, files, config)
        try:
            job.result(retry=jobs.retry)
        except Exception:
            # The job's own list of errors names the file and the column; the exception has only its first.
            reasons = "; ".join(dict.fromkeys(str(error.get("message")) for error in job.errors or ()))
            if not reasons:
                raise
            raise WarehouseError(
                f"BigQuery could not load {told} into lake.{name}, nothing was loaded: {reasons}"
            ) from None
        charge(Billed(jobs=1))  # it is free, and runs on slots of Google's own
        return int(job.output_rows or 0)


def _job(jobs: Jobs, name: str, files: Sequence[str], config: bigquery.LoadJobConfig) -> bigquery.LoadJob:
    """A new job of the first id that is free, or the one that was begun before and still runs or has just ended.

    Another account's jobs cannot be looked at; where one of them fills the table meanwhile, ours writes nothing.
    """
    from google.api_core.exceptions import Conflict, Forbidden

    place = f"{jobs.dataset('lake')}.{name}"
    attempts, failed = count(), 0
    while failed < ATTEMPTS:
        job_id = f"shopflow_{jobs.settings.bigquery_dataset_prefix}load_{name}_{next(attempts)}"
        try:
            return _begin(jobs, files, place, job_id, config)
        except Conflict:  # an earlier run's, or our own, whose answer did not arrive
            try:
                job = jobs.client.get_job(job_id, retry=jobs.retry)
            except Forbidden:
                continue
        if job.state != "DONE" or (not job.error_result and jobs.client.get_table(place, retry=jobs.retry).num_rows):
            return job
        failed += bool(job.error_result)  # or its table was removed since, or has expired, and was made anew
    raise WarehouseError(f"{ATTEMPTS} loads of lake.{name} have failed: look at its load jobs before you try again")


def _begin(
    jobs: Jobs, files: Sequence[str], place: str, job_id: str, config: bigquery.LoadJobConfig
) -> bigquery.LoadJob:
    if files[0].startswith("gs://"):
        return jobs.client.load_table_from_uri(files, place, job_id=job_id, job_config=config, retry=jobs.retry)
    return _sent(jobs, files, place, job_id, config)


def _sent(
    jobs: Jobs, files: Sequence[str], place: str, job_id: str, config: bigquery.LoadJobConfig
) -> bigquery.LoadJob:
    """A lake in a folder has one file for each table of a batch (docs/decisions/0005): it is sent in the job itself."""
    (file,) = files
    try:
        with Path(file).open("rb") as opened:
            return jobs.client.load_table_from_file(opened, place, job_id=job_id, job_config=config)
    except OSError as error:
        raise StorageError(f"{file} of the lake cannot be read: {error.strerror}") from error

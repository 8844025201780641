"""What a load on BigQuery costs this machine: the product's, beside the same load jobs done by hand with the client.

Both speak to the emulator, which does the work in a process of its own: its seconds say nothing of BigQuery's. What is
measured is our own process: its seconds beyond the client's, and its memory, through which no row goes.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

from benchmarks.clock import timed
from benchmarks.pipeline_cost import shop
from benchmarks.report import Report
from emulator.start import emulator

ENVIRONMENT = Path(f"{sys.prefix}-emulator")


def measure(report: Report, folder: Path, million: int) -> None:
    """Load so many million events out of a bucket, both ways; each in a process of its own."""
    source, home = shop(folder, million * 1_000_000), folder / "cloud"
    shutil.rmtree(home, ignore_errors=True)
    with emulator(ENVIRONMENT / "bin/python", log=folder / "emulator.log") as running:
        env = {
            "SHOPFLOW_TARGET": "bigquery",
            "SHOPFLOW_HOME": str(home),
            "SHOPFLOW_LAKE": running.lake,
            "SHOPFLOW_BIGQUERY_ENDPOINT": running.endpoint,
            "SHOPFLOW_BIGQUERY_PROJECT": running.project,
            "STORAGE_EMULATOR_HOST": running.storage,
        }
        script, log = [sys.executable, "-m", "benchmarks.cloud_load"], folder / "cloud.log"
        batch_id = timed([*script, "validate", source], env, log=log).output.split()[-1]
        for way in ("by hand", "shopflow"):
            run = timed([*script, way, batch_id], env, log=log)
            report.add(
                f"Loading {million} million events into the emulator of BigQuery",
                way=way,
                process_s=run.seconds,
                of_it_loading_s=float(run.output.split()[-1]),
                peak_MB=run.megabytes,
            )


def validate(source: str) -> str:
    """Put the files' rows into the lake; the batch's id."""
    from flows.land import land
    from flows.settings import load_settings
    from flows.validate import validate

    settings = load_settings()
    return validate(land([source], settings), settings).batch.batch_id


def load(batch_id: str) -> None:
    """Load the batch as a run does."""
    from flows.checks.manifest import read_manifest
    from flows.lake import Lake
    from flows.load import load
    from flows.settings import load_settings

    settings = load_settings()
    validated = read_manifest(Lake.of(settings), batch_id, settings.reporting_timezone)
    assert validated is not None
    load(validated, settings)


def load_by_hand(batch_id: str) -> None:
    """Load the batch's files into tables that are made for them, one job each, and nothing else."""
    from google.cloud import bigquery

    from flows.gcp import bigquery_client
    from flows.records import RECORDS
    from flows.settings import load_settings
    from flows.warehouse.bigquery_tables import schema_field
    from flows.warehouse.tables import raw_fields

    settings = load_settings()
    client = bigquery_client(settings)
    client.create_dataset(bigquery.Dataset(f"{client.project}.by_hand"))
    for table in RECORDS:
        schema = [schema_field(field) for field in raw_fields(table)]
        client.create_table(bigquery.Table(f"{client.project}.by_hand.{table}", schema=schema))
        config = bigquery.LoadJobConfig(schema=schema, source_format="PARQUET", write_disposition="WRITE_EMPTY")
        file = f"{settings.lake}/accepted/{table}/{batch_id}.parquet"
        client.load_table_from_uri(file, f"{client.project}.by_hand.{table}", job_config=config).result()


if __name__ == "__main__":
    work, given = sys.argv[1:]
    if work == "validate":
        print(validate(given))
    else:
        started = time.perf_counter()
        (load if work == "shopflow" else load_by_hand)(given)
        print(time.perf_counter() - started)

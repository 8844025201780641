"""Against a real project, where somebody gives one: the only test here that BigQuery itself takes part in.

SHOPFLOW_TEST_GCP_PROJECT names a project, SHOPFLOW_TEST_GCP_LAKE a folder of a bucket (`gs://bucket/folder`), which
lies where SHOPFLOW_TEST_GCP_LOCATION says; credentials are the Application Default Credentials. It makes datasets of
its own and removes them afterwards; the files in the bucket stay. It costs some cents.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.gcp import bigquery_client
from flows.settings import Settings, load_settings
from flows.warehouse.bigquery_jobs import DATASETS, Jobs
from tests.bigquery.pair import MARTS, compare, differences, landed, run, two_batches, verdicts

PROJECT, LAKE = os.environ.get("SHOPFLOW_TEST_GCP_PROJECT", ""), os.environ.get("SHOPFLOW_TEST_GCP_LAKE", "")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (PROJECT and LAKE),
        reason="opt-in: SHOPFLOW_TEST_GCP_PROJECT and SHOPFLOW_TEST_GCP_LAKE name a real project",
    ),
]


@pytest.fixture
def bigquery(tmp_path: Path) -> Iterator[Settings]:
    prefix = f"shopflow_test_{secrets.token_hex(4)}_"
    settings = load_settings(
        target="bigquery",
        home=tmp_path / "bigquery",
        lake=f"{LAKE}/{prefix}",
        bigquery_project=PROJECT,
        bigquery_location=os.environ.get("SHOPFLOW_TEST_GCP_LOCATION", "US"),
        bigquery_dataset_prefix=prefix,
        bigquery_max_gigabytes=1,
        max_refused_share=1,
    )
    yield settings
    jobs = Jobs(settings, bigquery_client(settings))
    for dataset in DATASETS:
        jobs.client.delete_dataset(jobs.dataset(dataset), delete_contents=True, not_found_ok=True)


def test_the_same_numbers_on_bigquery_itself(bigquery: Settings, tmp_path: Path) -> None:
    duck = load_settings(home=tmp_path / "duck", max_refused_share=1)
    for files in two_batches(tmp_path):
        batch = landed(duck, files)
        here, there = run(duck, batch), run(bigquery, batch)
        assert verdicts(here) == verdicts(there)
        assert here.kpis == there.kpis
        assert differences(compare(duck, bigquery, MARTS)) == {}
